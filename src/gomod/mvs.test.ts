import { describe, expect, it } from "vitest";
import { ModuleError, type ModuleVersion } from "./module.ts";
import * as mvs from "./mvs.ts";
import { compare } from "./semver.ts";

/** The example of https://research.swtch.com/vgo-mvs, with semantic versions. */
const graph: Readonly<Record<string, string>> = {
  "A@": "B@v1.2.0 C@v1.2.0",
  "B@v1.1.0": "D@v1.1.0",
  "B@v1.2.0": "D@v1.3.0",
  "C@v1.1.0": "",
  "C@v1.2.0": "D@v1.4.0",
  "C@v1.3.0": "F@v1.1.0",
  "D@v1.1.0": "E@v1.1.0",
  "D@v1.2.0": "E@v1.1.0",
  "D@v1.3.0": "E@v1.2.0",
  "D@v1.4.0": "E@v1.2.0",
  "E@v1.1.0": "",
  "E@v1.2.0": "",
  "E@v1.3.0": "",
  "F@v1.1.0": "G@v1.1.0",
  "G@v1.1.0": "F@v1.1.0",
};

const A = module("A@");

function module(text: string): ModuleVersion {
  const [path = "", version = ""] = text.split("@");
  return { path, version };
}

function show(modules: readonly ModuleVersion[]): string {
  return modules.map(({ path, version }) => `${path}@${version}`).join(" ");
}

const reqs: mvs.UpgradeReqs & mvs.DowngradeReqs = {
  async required({ path, version }) {
    const list = graph[`${path}@${version}`];
    if (list === undefined) throw new ModuleError("badRequirements", "404 Not Found");
    return list.split(" ").filter(Boolean).map(module);
  },
  max(_, v1, v2) {
    if (v1 === "" || v2 === "none") return v1;
    if (v2 === "" || v1 === "none") return v2;
    return compare(v1, v2) < 0 ? v2 : v1;
  },
  upgrade: ({ path }) => versionsOf(path).at(-1) ?? { path, version: "none" },
  previous: ({ path, version }) =>
    versionsOf(path).findLast((each) => compare(each.version, version) < 0) ?? { path, version: "none" },
};

function versionsOf(path: string): ModuleVersion[] {
  return Object.keys(graph)
    .map(module)
    .filter((each) => each.path === path);
}

describe("minimal version selection", () => {
  it("takes the highest version that is required, and none that is not", async () => {
    expect(show(await mvs.buildList([A], reqs))).toBe("A@ B@v1.2.0 C@v1.2.0 D@v1.4.0 E@v1.2.0");
  });

  it("upgrades one module", async () => {
    expect(show(await mvs.upgrade(A, reqs, module("C@v1.3.0")))).toBe(
      "A@ B@v1.2.0 C@v1.3.0 D@v1.4.0 E@v1.2.0 F@v1.1.0 G@v1.1.0",
    );
  });

  it("upgrades all", async () => {
    expect(show(await mvs.upgradeAll(A, reqs))).toBe("A@ B@v1.2.0 C@v1.3.0 D@v1.4.0 E@v1.3.0 F@v1.1.0 G@v1.1.0");
  });

  it("downgrades what needs too much", async () => {
    expect(show(await mvs.downgrade(A, reqs, module("D@v1.2.0")))).toBe("A@ B@v1.1.0 C@v1.1.0 D@v1.2.0 E@v1.2.0");
  });

  it("needs few requirements to say it", async () => {
    expect(show(await mvs.req(A, [], reqs))).toBe("B@v1.2.0 C@v1.2.0");
    expect(show(await mvs.req(A, ["E"], reqs))).toBe("B@v1.2.0 C@v1.2.0 E@v1.2.0");
  });

  it("tells how the build came to need what it can't read", async () => {
    const build = mvs.upgrade(A, reqs, module("B@v1.9.0"));
    await expect(build).rejects.toBeInstanceOf(mvs.BuildListError);
    await expect(build).rejects.toMatchObject({
      code: "badRequirements",
      message: "B@v1.2.0 updating to\n\tB@v1.9.0: 404 Not Found",
      path: [A, module("B@v1.2.0"), module("B@v1.9.0")],
    });
  });

  it("goes through chains of any length", async () => {
    const length = 50_000;
    const long: mvs.Reqs = {
      required: ({ version }) => {
        const next = Number(version || 0) + 1;
        return next > length ? [] : [{ path: "m", version: String(next) }];
      },
      max: (_, v1, v2) => (v1 === "none" || Number(v2) > Number(v1) ? v2 : v1),
    };
    expect(show(await mvs.buildList([{ path: "main", version: "" }], long))).toBe(`main@ m@${length}`);
    expect(show(await mvs.req({ path: "main", version: "" }, [], long))).toBe(`m@${length}`);
  });
});
