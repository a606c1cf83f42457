// What the default pipeline wants to know of a repository, from the rooms that read it.

import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Settings } from "../config/settings.ts";
import type { MachineFacts, RepositoryFacts } from "../delivery/pipeline/defaultJobs.ts";
import * as modfile from "../gomod/modfile.ts";
import { readModules } from "../repo/goModules.ts";
import { readProjectTree, type ProjectTree } from "../repo/projectTree.ts";

const lintConfigs = [".golangci.yml", ".golangci.yaml", ".golangci.toml", ".golangci.json"];

/** @throws GoProjectError */
export async function repositoryFacts(folder: string, settings: Settings): Promise<RepositoryFacts> {
  const tree = await readProjectTree(folder);
  const { modules, workspace } = await readModules(tree);
  const tests = tree.files.filter((path) => path.endsWith("_test.go"));
  const folders = modules.map(({ dir }) => (dir === "." ? "" : dir));
  return {
    modules: folders,
    go: modules
      .map(({ go }) => go ?? "")
      .toSorted(byVersion)
      .at(-1),
    workspace: workspace !== undefined,
    hasTests: tests.length > 0,
    lintConfig: lintConfigs.find((name) => tree.has(name)),
    tools: (await Promise.all(folders.map((dir) => toolsOf(tree, dir)))).flat(),
    dockerfile: tree.has(settings.build.dockerfile) ? settings.build.dockerfile : undefined,
    endToEnd: ["test/e2e", "e2e"].find((path) => tests.some((file) => file.startsWith(`${path}/`))),
    environments: new Map(Object.entries(settings.environments).map(([name, { approval }]) => [name, { approval }])),
    pushes: settings.service.image !== undefined,
  };
}

export async function machineFacts(env: NodeJS.ProcessEnv): Promise<MachineFacts> {
  const [govulncheck, gcc, clang] = await Promise.all(["govulncheck", "gcc", "clang"].map((name) => onPath(name, env)));
  return { govulncheck: govulncheck === true, cCompiler: gcc === true || clang === true };
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** The tool lines; none where the file can't be read, which `go` will say better. */
async function toolsOf(tree: ProjectTree, folder: string): Promise<string[]> {
  const file = folder === "" ? "go.mod" : `${folder}/go.mod`;
  const text = (await tree.read(file)) ?? "";
  try {
    return modfile.parse(file, text).tool.map(({ path }) => path);
  } catch (error) {
    if (error instanceof modfile.ErrorList) return [];
    throw error;
  }
}

async function onPath(name: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, name), constants.X_OK)));
  return found.some(({ status }) => status === "fulfilled");
}
