import { describe, expect, test } from "vitest";
import type { HostRecord, OpenDeploy } from "../release/record.ts";
import type { ReleaseSpec, Verdict } from "../release/release.ts";
import { assemblePlan, changesSince, type DeployPlan, planSchema } from "./plan.ts";
import { unfinished } from "./unfinished.ts";

const base: ReleaseSpec = {
  release: "r1",
  image: "registry.example/shop",
  digest: `sha256:${"1".repeat(64)}`,
  tag: "v1",
  settingsHash: "00",
  strategy: "switch",
  containerPort: 8080,
  publicPort: 80,
  volumes: [],
  health: { http: "/", tcp: false, command: undefined, interval: 1, timeout: 1, within: 1 },
  drain: 0,
  commit: undefined,
  by: "anna",
  at: "2026-11-21T09:00:00.000Z",
};
/** The image number n, as release rn. */
const release = (n: number): ReleaseSpec => ({ ...base, release: `r${n}`, digest: `sha256:${String(n).repeat(64)}` });

function record(serving: number | undefined, open?: Partial<OpenDeploy>, verdict: Verdict = "pending"): HostRecord {
  const known = [3, 2, 1].map((n) => ({
    spec: release(n),
    verdict: n === 3 ? verdict : ("successful" as const),
    reason: "",
    samples: [],
  }));
  const whole = { id: "d", kind: "deploy", release: "r3", from: "r2", phase: "serving", by: "ben", since: "" } as const;
  return {
    schemaVersion: 1,
    service: "shop",
    environment: "production",
    serving: serving === undefined ? undefined : `r${serving}`,
    releases: known,
    open: open === undefined ? undefined : { ...whole, ...open },
    events: [],
  };
}

const deploy = (n: number): { kind: "deploy"; spec: ReleaseSpec } => ({
  kind: "deploy",
  // A new deploy of the same image has a name of its own.
  spec: { ...release(n), release: `new${n}`, by: "anna", at: "later" },
});

describe("what an unfinished deploy of r3, from r2, asks for", () => {
  test.each([
    ["nothing was left", [record(3), record(3)], deploy(4), "none"],
    ["the same image: go on", [record(3, {}), record(2, { phase: "preparing" })], deploy(3), "resume"],
    ["one host never heard of it: go on", [record(3, {}), record(2)], deploy(3), "resume"],
    ["another, and it serves everywhere: it stays", [record(3, {}), record(3, {})], deploy(4), "settle"],
    ["another, one host through already: it stays", [record(3), record(3, {})], deploy(4), "settle"],
    ["another, and hosts differ: back", [record(3, {}), record(2, { phase: "preparing" })], deploy(4), "revert"],
    ["another, in the middle of a switch: back", [record(2, { phase: "switching" })], deploy(4), "revert"],
    ["on its way back: that comes to its end", [record(2, { phase: "reverting" }), record(3, {})], deploy(3), "revert"],
    ["found bad on one host: back on all", [record(3, {}), record(2, undefined, "failed")], deploy(3), "revert"],
    ["a rollback: back", [record(3, {}), record(3, {})], { kind: "rollback", release: "r2" } as const, "revert"],
    ["two deploys left: back", [record(3, {}), record(3, { id: "e" })], deploy(3), "revert"],
    [
      "an interrupted rollback to r2, and a deploy",
      [record(2, { kind: "rollback", release: "r2", from: "r3" }), record(3)],
      deploy(4),
      "blocked",
    ],
    [
      "an interrupted rollback to r2, asked for again",
      [record(3, { kind: "rollback", release: "r2", from: "r3" })],
      { kind: "rollback", release: "r2" } as const,
      "resume",
    ],
  ])("%s", (_, records, wanted, kind) => {
    expect(unfinished(records, wanted).kind).toBe(kind);
  });
});

function plan(
  records: readonly HostRecord[],
  wanted: ReturnType<typeof deploy>,
  drift: readonly string[] = [],
): DeployPlan {
  return assemblePlan({
    wanted,
    spec: wanted.spec,
    id: "p",
    service: "shop",
    environment: "production",
    settings: ["B", "A"],
    keep: 5,
    watch: "watch",
    hosts: records.map((each, index) => ({ name: `web${index + 1}`, engine: "docker", record: each, drift })),
  });
}

const steps = ({ steps: all }: DeployPlan): string[] => all.map((step) => `${step.do} ${step.host ?? "all"}`);

describe("the plan", () => {
  test("pulls everywhere before anything starts, and the canary is switched before the next host starts", () => {
    expect(steps(plan([record(2), record(2)], deploy(4)))).toEqual([
      "prepare web1",
      "prepare web2",
      "pull web1",
      "pull web2",
      "start web1",
      "healthy web1",
      "switch web1",
      "start web2",
      "healthy web2",
      "switch web2",
      "watch all",
      "finish web1",
      "finish web2",
    ]);
  });

  test("does nothing where everything is as wanted, and everything where something has drifted", () => {
    expect(steps(plan([record(2), record(2)], deploy(2)))).toEqual([]);
    expect(steps(plan([record(2), record(2)], deploy(2), ["the container is missing"]))).toContain("start web1");
  });

  test("takes back what was left before it begins", () => {
    const all = steps(plan([record(3, {}), record(2, { phase: "preparing" })], deploy(4)));
    expect(all.slice(0, 3)).toEqual(["revert web1", "revert web2", "prepare web1"]);
  });

  test("goes on under the name that the release had", () => {
    expect(plan([record(3, {}), record(2)], deploy(3)).spec.release).toBe("r3");
  });

  test("can be written and read, and is refused once a host has changed", () => {
    const made = plan([record(2), record(2)], deploy(4));
    const read = planSchema.parse(JSON.parse(JSON.stringify(made, (_, value: unknown) => value ?? null)));
    expect(read).toEqual(made);
    expect(changesSince(read, made.hosts)).toEqual([]);
    const now = plan([record(2), record(3, {})], deploy(4)).hosts;
    expect(changesSince(read, now).join("\n")).toMatch(
      /web2: serving was r2, and is r3[\s\S]*web2: open was nothing, and is d\/serving/,
    );
  });

  test.each([
    { spec: { ...release(1), release: "../../x" } },
    { spec: { ...release(1), digest: "latest" } },
    { steps: [{ do: "sudo", host: "web1", text: "" }] },
    { id: "$(id)" },
  ])("a stored one that was tampered with is refused: %j", (change) => {
    const made = plan([record(2)], deploy(4));
    expect(planSchema.safeParse({ ...made, ...change }).success).toBe(false);
  });
});
