/**
 * Module graphs and build lists of real projects against `go mod graph` and `go list -m all`. Ours may read the go.mod files
 * that the go command has downloaded for its answers, and no others: so it asks for no more than that does.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as modfile from "../../src/gomod/modfile.ts";
import { escapePath, escapeVersion, type ModuleVersion } from "../../src/gomod/module.ts";
import { compare as compareGo } from "../../src/gomod/gover.ts";
import * as mvs from "../../src/gomod/mvs.ts";
import { writeEvidence } from "../harness/evidence.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { machineGo, realUpstream } from "../harness/goTools.ts";
import { RecordedUpstream } from "../harness/recordedUpstream.ts";
import { TempDir } from "../harness/tempDir.ts";
import { isLong } from "./differential.ts";
import { realModules, someModules } from "./realModules.ts";

const scope = new AsyncDisposableStack();
let upstream: RecordedUpstream;
beforeAll(async () => {
  upstream = scope.use(await RecordedUpstream.start({ upstream: realUpstream() }));
});
afterAll(() => scope.disposeAsync());

/** What was compared, as rows of a table. */
const rows: string[] = [];
afterAll(async () => {
  if (!isLong || rows.length < 30) return;
  const head =
    "# Module graphs of real modules\n\n`go mod graph` and `go list -m all` beside ours: equal for each of these.\n" +
    "The go.mod files are those that ours read, all of which the go command had downloaded for its answers.\n\n" +
    "| main module | go | modules | requirements | go.mod files read |\n|---|---|---|---|---|\n";
  await writeEvidence("moduleGraphs", head + rows.join("\n") + "\n");
});

function show({ path, version }: ModuleVersion): string {
  return version === "" ? path : `${path}@${version}`;
}

/** go.mod files of a module cache. */
function cacheSource(modcache: string, asked: string[]): mvs.GoModSource {
  return {
    goMod({ path, version }) {
      asked.push(show({ path, version }));
      return readFile(join(modcache, "cache/download", escapePath(path), "@v", `${escapeVersion(version)}.mod`));
    },
  };
}

/** What the go command itself can't load: a requirement that was withdrawn, or another that nobody can get any more. */
class GoRefusal extends Error {}

/** Holds our graph, list and roots of the module in `cwd` against the go command's. */
async function expectSame(sandbox: GoSandbox, cwd: string): Promise<void> {
  const text = await readFile(join(cwd, "go.mod"));
  const file = modfile.parse("go.mod", text);
  const run = async (...args: string[]): Promise<string[]> => {
    const { exitCode, stdout, stderr } = await sandbox.run(args, cwd);
    if (exitCode !== 0) throw new GoRefusal(stderr);
    return stdout.split("\n").slice(0, -1);
  };
  const graphLines = await run("mod", "graph");
  // Where there is no go line, -mod=mod would write one, and the module would be another.
  const listLines = file.go === undefined ? undefined : await run("list", "-mod=mod", "-m", "all");

  const asked: string[] = [];
  const requirements = mvs.moduleRequirements({ file }, cacheSource(sandbox.modcache, asked));
  const { requirements: consistent, graph } = await mvs.expandGraph(requirements);
  if (listLines !== undefined) {
    // Where the roots were not in order, the go command has put them so.
    const after = modfile.parse("go.mod", await readFile(join(cwd, "go.mod")));
    const roots = consistent.roots.filter(({ path }) => path !== "go" && path !== "toolchain");
    expect(roots.map(show).sort()).toEqual(after.require.map(({ mod }) => show(mod)).sort());
  }
  const edges = [...graph.breadthFirst()].flatMap((module) =>
    (graph.requiredBy(module) ?? []).map((required) => `${show(module)} ${show(required)}`),
  );
  expect(edges.sort()).toEqual(graphLines.sort());

  const replacements = new Map(file.replace.map(({ old, new: to }) => [show(old), show(to).replace("@", " ")]));
  const list = graph.buildList().filter(({ path }) => path !== "go" && path !== "toolchain");
  const lines = list.map((module) => {
    const replaced = replacements.get(show(module)) ?? replacements.get(module.path);
    return show(module).replace("@", " ") + (replaced === undefined ? "" : ` => ${replaced}`);
  });
  if (listLines !== undefined) expect(lines).toEqual(listLines);
  expect(new Set(asked).size, "each go.mod is asked for once").toBe(asked.length);
  const [main = { path: "" }] = list;
  rows.push(`| ${main.path} | ${file.go?.version ?? "–"} | ${list.length} | ${edges.length} | ${asked.length} |`);
}

async function expectSameAsMain(sandbox: GoSandbox, name: string, text: string): Promise<void> {
  await using folder = await TempDir.create("main-module");
  await writeFile(folder.join("go.mod"), text);
  await expectSame(sandbox, folder.path).catch((error: unknown) => {
    if (error instanceof GoRefusal) throw error;
    throw new Error(`${name} differs: ${String(error)}`, { cause: error });
  });
}

function isPruned(goVersion: string): boolean {
  return compareGo(goVersion, "1.17") >= 0;
}

describe("real projects", { timeout: isLong ? 7_200_000 : 900_000 }, () => {
  const projects = isLong ? ["caddy", "containerd", "kubernetes", "prometheus"] : ["caddy"];

  it.for(projects)("%s", async (name, { skip }) => {
    const go = machineGo() ?? skip("go is not on PATH");
    await using sandbox = await GoSandbox.create({ go, proxy: upstream.url, env: { GOSUMDB: "off" } });
    await expectSame(sandbox, await sandbox.project(name));
  });

  it("dependencies of caddy, each as if it were the main module", async ({ skip }) => {
    const go = machineGo() ?? skip("go is not on PATH");
    await using sandbox = await GoSandbox.create({ go, proxy: upstream.url, env: { GOSUMDB: "off" } });
    const cwd = await sandbox.project("caddy");
    const file = modfile.parse("go.mod", await readFile(join(cwd, "go.mod")));
    const source = cacheSource(sandbox.modcache, []);
    await sandbox.run(["mod", "graph"], cwd);
    const graph = await mvs.moduleRequirements({ file }, source).graph();
    // Some of each age; small ones have next to no graph.
    const candidates: { readonly path: string; readonly text: string }[] = [];
    for (const module of graph.buildList().slice(1)) {
      if (graph.requiredBy(module) === undefined || module.path === "go" || module.path === "toolchain") continue;
      const text = String(await source.goMod(module));
      const own = modfile.parse("go.mod", text);
      const hasFolders = own.replace.some(({ new: to }) => to.version === "");
      if (own.require.length > 3 && !hasFolders) candidates.push({ path: module.path, text });
    }
    const count = isLong ? 30 : 4;
    const step = Math.max(1, Math.floor(candidates.length / count));
    const chosen = candidates.filter((_, i) => i % step === 0).slice(0, count);
    expect(chosen.length).toBe(count);
    for (const { path, text } of chosen) await expectSameAsMain(sandbox, path, text);
  });

  it("modules of the corpus, each as if it were the main module", async ({ skip }) => {
    const go = machineGo() ?? skip("go is not on PATH");
    await using sandbox = await GoSandbox.create({ go, proxy: upstream.url, env: { GOSUMDB: "off" } });
    const compare = async (module: string): Promise<boolean> => {
      const [path = "", version = ""] = module.split("@");
      const answer = await fetch(`${upstream.url}/${escapePath(path)}/@v/${escapeVersion(version)}.mod`);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${module}: ${answer.status} ${text}`);
      const { go: line, require: required, replace: replaced } = modfile.parse("go.mod", text);
      // Without a go line the go command would write one. Folders that a replacement names are not here.
      if (line === undefined || replaced.length > 0) return false;
      // Those of before 1.17 load the whole graph: in an ordinary run that is left to the dependencies of caddy.
      const isCheap = required.length > 3 && required.length < 40 && isPruned(line.version);
      if (!isLong && !isCheap) return false;
      try {
        await expectSameAsMain(sandbox, module, text);
        return true;
      } catch (error) {
        if (error instanceof GoRefusal) refused.push(`${module}: ${error.message}`);
        else differ.push(String(error));
        return false;
      }
    };
    const refused: string[] = [];
    const differ: string[] = [];
    const modules = someModules(isLong ? realModules.length : 150, "build lists");
    const wanted = isLong ? Infinity : 26;
    let same = 0;
    const next = modules.values();
    const worker = async (): Promise<void> => {
      for (const module of next) {
        if (same >= wanted) return;
        if (await compare(module)) same++;
      }
    };
    await Promise.all([worker(), worker()]);
    expect(differ).toEqual([]);
    expect(refused.length, refused.join("\n")).toBeLessThan(modules.length / 20);
    expect(same).toBeGreaterThanOrEqual(isLong ? 500 : wanted);
  });
});
