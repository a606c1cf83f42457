// `image why` against the truth: every image is run by a real engine, and what it says must be what was foretold.
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readImage } from "../../src/image/readImage.ts";
import { openImage } from "../../src/image/source/openImage.ts";
import type { Verdict } from "../../src/image/why/verdict.ts";
import { why } from "../../src/image/why/why.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { type CommandRun, tryCommand } from "../harness/command.ts";
import { writeEvidence } from "../harness/evidence.ts";
import { missing, requireAll } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";
import { makePrograms, programNeeds } from "./programs.ts";
import { saveImages } from "./savedImage.ts";
import { startCases, type StartCase } from "./startCases.ts";

const reason = missing(...DockerEngine.needs, ...programNeeds);

describe("what really happens", { timeout: 600_000 }, () => {
  let engine: DockerEngine;
  let folder: TempDir;
  let cases: readonly StartCase[] = [];

  beforeAll(async () => {
    if (reason !== undefined) return;
    folder = await TempDir.create("why");
    cases = startCases(await makePrograms());
    const archive = saveImages(cases.map(({ name, layers, config }) => ({ tag: `${name}:truth`, layers, config })));
    await writeFile(folder.join("images.tar"), archive);
    engine = await DockerEngine.start();
    await engine.docker(["load", "--quiet", "--input", folder.join("images.tar")]);
  });

  afterAll(async () => {
    if (reason !== undefined) return;
    await engine[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  test("every verdict has the cause that its image was made for", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    const wrong: string[] = [];
    for (const each of cases) {
      const { obstacle } = await foretell(reference(each));
      const text = `${obstacle?.cause ?? "starts"}: ${obstacle?.reason ?? ""} ${obstacle?.fixes.join("; ") ?? ""}`;
      if (obstacle?.cause !== each.cause || !text.includes(each.says ?? "")) wrong.push(`${each.name}: ${text}`);
    }
    expect(wrong.join("\n")).toBe("");
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  test("what the engine really says is what was foretold", async ({ skip }) => {
    if (reason !== undefined) skip(reason);
    const wrong: string[] = [];
    const pending = sample(cases).values();
    const work = async (): Promise<void> => {
      for (const each of pending) {
        const verdict = await foretell(reference(each));
        const args = ["run", "--rm", "--network", "none", `${each.name}:truth`];
        const { exitCode, stdout, stderr } = await engine.tryDocker(args, { timeout: 120_000 });
        const problem = compare(verdict, exitCode, stdout + stderr);
        if (problem !== undefined)
          wrong.push(
            `${each.name}: ${problem}\n  verdict ${verdict.obstacle?.error ?? "starts"}\n  truth   ${exitCode}: ${stdout}${stderr}`,
          );
      }
    };
    await Promise.all([work(), work(), work()]);
    expect(wrong.join("\n")).toBe("");
  });

  const withPodman = (): void =>
    test("podman comes to the same", { timeout: 1_200_000 }, async ({ skip }) => {
      if (reason !== undefined) skip(reason);
      requireAll(skip, "podman");
      const own = [
        "--root",
        folder.join("podman"),
        "--runroot",
        folder.join("podman-run"),
        "--cgroup-manager",
        "cgroupfs",
      ];
      const podman = (...args: readonly string[]): Promise<CommandRun> =>
        tryCommand(["podman", ...own, "--runtime", "runc", "--events-backend", "none", ...args], { timeout: 300_000 });
      const loaded = await podman("load", "--quiet", "--input", folder.join("images.tar"));
      expect(loaded, loaded.stderr).toMatchObject({ exitCode: 0 });
      const wrong: string[] = [];
      const counts = new Map<string, { all: number; words: number }>();
      for (const each of cases) {
        const verdict = await foretell(reference(each));
        const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000", "--network", "none"];
        const run = await podman("run", "--rm", ...limits, `localhost/${each.name}:truth`);
        const said = run.stdout + run.stderr;
        const count = counts.get(each.cause ?? "starts") ?? { all: 0, words: 0 };
        count.all++;
        if (compare(verdict, run.exitCode, said) === undefined) count.words++;
        counts.set(each.cause ?? "starts", count);
        // The runtime's words are runc's, in a frame of podman's own: what must agree is whether it starts, and how it ends.
        if ((verdict.obstacle === undefined) !== (run.exitCode === 0))
          wrong.push(`${each.name}: verdict ${verdict.obstacle?.error ?? "starts"}\n  truth ${run.exitCode}: ${said}`);
      }
      await podman("rmi", "--all", "--force");
      expect(wrong.join("\n")).toBe("");
      const rows = [...counts]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([cause, { all, words }]) => `| ${cause} | ${all} | ${words} |`);
      const versions = (await podman("version", "--format", "{{.Client.Version}}")).stdout.trim();
      await writeEvidence(
        "image-why-podman",
        `# \`image why\` and podman ${versions}\n\nEvery image of test/image/startCases.ts, run by podman with runc: whether it starts was foretold for each; in the last column, for how many the\nwords were foretold, too (those of dockerd's runc are, for all).\n\n| cause | images | same words |\n|---|---:|---:|\n${rows.join("\n")}\n`,
      );
    });
  // A run of podman takes its time: not in an ordinary run.
  if (process.env["FAIRLEAD_LONG"] === "1") withPodman();

  const reference = ({ name }: StartCase): string => `docker-archive:${folder.join("images.tar")}:${name}:truth`;
});

/** All of them in a long run; else some, others each day. */
function sample(cases: readonly StartCase[]): readonly StartCase[] {
  if (process.env["FAIRLEAD_LONG"] === "1") return cases;
  const day = Math.floor(Date.now() / 86_400_000);
  return cases.filter((_, index) => (index + day) % 3 === 0);
}

async function foretell(reference: string): Promise<Verdict> {
  const registry = (): never => {
    throw new Error("no registry is meant");
  };
  await using source = await openImage(reference, {
    platform: { os: "linux", architecture: "amd64", variant: undefined },
    registry,
    env: {},
  });
  const { fs } = await readImage(source);
  return why({ fs, config: source.config });
}

/** How the verdict differs from the truth. */
function compare({ verdict, obstacle }: Verdict, status: number, said: string): string | undefined {
  if (obstacle === undefined) return status === 0 ? undefined : "foretold to start";
  if (status === 0) return "it does start";
  if (verdict !== "fails") return `the verdict is ${verdict}`;
  if (obstacle.exitStatus !== undefined && obstacle.exitStatus !== status)
    return `exit status ${obstacle.exitStatus} was foretold`;
  // A signal ends a program without words.
  return obstacle.exitStatus === 139 || said.includes(obstacle.error) ? undefined : "other words were foretold";
}
