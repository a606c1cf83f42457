/** What the go.mod of a module says once packages have left the one that had them. */
import { posix } from "node:path";
import { modCompare } from "../../gomod/gover.ts";
import * as modfile from "../../gomod/modfile.ts";
import type { GoModule } from "../goModules.ts";
import type { GoProject } from "../goProject.ts";
import type { ModuleAfter } from "./modulesAfter.ts";
import { editedGoMod, newGoMod } from "./newGoMod.ts";
import { takesFolder } from "./repoModule.ts";
import type { SplitForm } from "./newModules.ts";
import { SplitError } from "./splitError.ts";

/**
 * @param texts The go.mod files as they are now, by folder.
 * @param after All that changes.
 * @param isListed Which requirements the file lists.
 * @throws SplitError `impossible` where a new repository would need a module that has no version
 */
export function goModAfter(
  each: ModuleAfter,
  after: readonly ModuleAfter[],
  { modules, workspace }: GoProject,
  texts: ReadonlyMap<string, string>,
  into: SplitForm,
  isListed: (requirement: modfile.Requirement) => boolean,
): string {
  const { made, before, needs } = each;
  const others = after.filter((other) => other !== each && needs.modules.has(other.path));
  const name = before.dir === "." ? "go.mod" : `${before.dir}/go.mod`;
  const text = texts.get(before.dir) ?? "";
  const old = new Map(before.requires.map((require) => [require.path, require]));
  const folders = foldersOf(each, others, modules, into, workspace?.use.includes(before.dir) === true);
  const versionOf = (path: string): string => {
    const other = others.find((other) => other.path === path);
    if (other?.made !== undefined) return other.made.version;
    if (other?.version !== undefined && !takesFolder(before, other.before)) return other.version;
    const known = [before, ...others.map((other) => other.before)].flatMap(({ requires }) => requires);
    const fallback = modules.flatMap(({ requires }) => requires);
    return highest(path, known) ?? highest(path, fallback) ?? "v0.0.0";
  };
  const own = new Set(modules.map(({ path }) => path));
  const needed = [...needs.modules]
    .filter((path) => path !== each.path)
    .map((path): modfile.Requirement => {
      const wasDirect = old.get(path)?.indirect === false && !own.has(path);
      const isDirect =
        needs.direct.has(path) || (wasDirect && made === undefined && before.tools.some((tool) => isOf(tool, path)));
      return { mod: { path, version: versionOf(path) }, indirect: !isDirect };
    });
  // Where not all could be looked at, whatever may be needed stays.
  if (needs.unread.length > 0) {
    const kept = before.requires.filter(({ path, indirect }) => indirect && !needs.modules.has(path) && !own.has(path));
    needed.push(...kept.map(({ path, version }) => ({ mod: { path, version }, indirect: true })));
  }
  const requirements = needed.filter(isListed);
  if (made !== undefined) {
    if (into === "repositories") checkVersions(each, needed, modules, before);
    return newGoMod(each.path, before, modfile.parse(name, text), { requirements, folders });
  }
  const movedTools = new Map(
    after
      .flatMap(({ made }) => made?.packages ?? [])
      .filter(({ importPath, newPath }) => importPath !== newPath)
      .map(({ importPath, newPath }) => [importPath, newPath] as const),
  );
  const unreplaced = new Set(
    modules.filter((other) => takesFolder(before, other) && !needs.modules.has(other.path)).map(({ path }) => path),
  );
  return editedGoMod(name, text, { requirements, folders, movedTools, unreplaced });
}

/**
 * A nested module has no version before its tag is there. Whoever takes the old one by its folder takes the new one so too; the
 * old one itself as well, unless a go.work holds them together.
 */
function foldersOf(
  { before, made, dir, path }: ModuleAfter,
  others: readonly ModuleAfter[],
  modules: readonly GoModule[],
  into: SplitForm,
  isInWorkspace: boolean,
): ReadonlyMap<string, string> {
  if (into !== "modules") return new Map();
  const isOld = made !== undefined || others.some((other) => other.made !== undefined && other.before === before);
  const takesFolders = isOld
    ? !isInWorkspace && modules.some((module) => takesFolder(module, before))
    : others.some((other) => takesFolder(before, other.before));
  if (!takesFolders) return new Map();
  return new Map(
    others
      .filter((other) => other.made !== undefined && other.path !== path)
      .map((other) => [other.path, folderFrom(dir, other.dir)]),
  );
}

function folderFrom(dir: string, to: string): string {
  const way = posix.relative(dir, to);
  return way.startsWith("..") ? way : `./${way}`;
}

function highest(
  path: string,
  requires: readonly { readonly path: string; readonly version: string }[],
): string | undefined {
  return requires
    .filter((each) => each.path === path)
    .map(({ version }) => version)
    .sort((a, b) => modCompare(path, a, b))
    .at(-1);
}

function isOf(importPath: string, path: string): boolean {
  return importPath === path || importPath.startsWith(`${path}/`);
}

function checkVersions(
  { path }: ModuleAfter,
  requirements: readonly modfile.Requirement[],
  modules: readonly GoModule[],
  from: GoModule,
): void {
  for (const { mod } of requirements) {
    const folder = from.replaces.find((each) => each.path === mod.path && each.by.kind === "folder");
    const isOwn = modules.some((module) => module.path === mod.path);
    if (folder === undefined && !(isOwn && mod.version === "v0.0.0")) continue;
    throw new SplitError(
      "impossible",
      `${path} would need ${mod.path}, which here is only a folder (${folder?.by.kind === "folder" ? `replace in ${from.dir}/go.mod` : "without a version"}): another repository can't have it; give it a tag first, or take --into modules`,
    );
  }
}
