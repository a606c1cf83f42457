/**
 * Minimal version selection (https://research.swtch.com/vgo-mvs; cmd/go/internal/mvs): of each module that is reachable
 * from the target by requirements, the highest version that is required, and none that nobody asked for.
 */
import { ModuleError } from "../error.ts";
import type { ModuleVersion } from "../version.ts";
import { BuildListError } from "./buildListError.ts";
import { areSame, Graph, show } from "./graph.ts";
import { compareBy, isSame, keyOf, override, type Reqs, type UpgradeReqs } from "./reqs.ts";
import { workThrough } from "./work.ts";

/**
 * The build list: the targets, then the selected version of every module that they need, sorted by path.
 *
 * @throws BuildListError with a shortest chain of requirements to a module whose own can't be told.
 */
export function buildList(targets: readonly ModuleVersion[], reqs: Reqs): Promise<ModuleVersion[]> {
  return select(targets, reqs, undefined);
}

/** The build list of `target` when every module is upgraded as `reqs.upgrade` says. @throws BuildListError. */
export function upgradeAll(target: ModuleVersion, reqs: UpgradeReqs): Promise<ModuleVersion[]> {
  return select([target], reqs, (module) => (module.path === target.path ? target : reqs.upgrade(module)));
}

/**
 * The build list of `target` when it also requires `upgrades`. Of two versions of one module the higher counts.
 *
 * @throws BuildListError; what `reqs.required` throws for the target.
 */
export async function upgrade(
  target: ModuleVersion,
  reqs: Reqs,
  ...upgrades: readonly ModuleVersion[]
): Promise<ModuleVersion[]> {
  const list = [...(await reqs.required(target))];
  const required = new Set(list.map(({ path }) => path));
  const versions = new Map<string, string>();
  for (const { path, version } of upgrades) {
    // A path that is not required yet enters as "none", for the upgrade to find it.
    if (!required.has(path)) list.push({ path, version: "none" });
    const before = versions.get(path);
    versions.set(path, before === undefined ? version : reqs.max(path, before, version));
  }
  return select([target], override(target, list, reqs), (module) => {
    const version = versions.get(module.path);
    return version === undefined ? module : { path: module.path, version };
  });
}

type Upgrade = (module: ModuleVersion) => ModuleVersion | Promise<ModuleVersion>;

async function select(
  targets: readonly ModuleVersion[],
  reqs: Reqs,
  upgrade: Upgrade | undefined,
): Promise<ModuleVersion[]> {
  const graph = new Graph(compareBy(reqs), targets);
  const upgrades = new Map<string, ModuleVersion>();
  const failures = new Map<string, unknown>();
  await workThrough(targets, keyOf, async (module, add) => {
    const key = keyOf(module);
    let required: readonly ModuleVersion[] = [];
    try {
      if (module.version !== "none") required = await reqs.required(module);
    } catch (error) {
      failures.set(key, error);
    }
    try {
      const upgraded = upgrade === undefined ? module : await upgrade(module);
      if (!isSame(upgraded, module)) {
        upgrades.set(key, upgraded);
        required = [upgraded, ...required];
      }
    } catch (error) {
      // The first failure of a module is the one to tell.
      if (!failures.has(key)) failures.set(key, error);
    }
    graph.require(module, required);
    add(required);
  });

  const path = failures.size === 0 ? undefined : graph.findPath((module) => failures.has(keyOf(module)));
  const end = path?.at(-1);
  if (path !== undefined && end !== undefined) {
    throw new BuildListError(failures.get(keyOf(end)), path, (from, to) => {
      const upgraded = upgrades.get(keyOf(from));
      return upgraded !== undefined && isSame(upgraded, to);
    });
  }

  const list = graph.buildList();
  const selected = list.slice(0, targets.length);
  if (!areSame(selected, targets)) {
    throw new ModuleError(
      "badGraph",
      `mistake: chose versions ${selected.map(show).join(" ")} instead of targets ${targets.map(show).join(" ")}`,
    );
  }
  return list;
}
