/** go.mod files after a split: those of the new modules, and what changes in the others. */
import { explicitIndirectVersion } from "../../gomod/gover.ts";
import { compare } from "../../gomod/gover.ts";
import * as modfile from "../../gomod/modfile.ts";
import type { GoModule } from "../goModules.ts";

export interface GoModEdit {
  readonly requirements: readonly modfile.Requirement[];
  /** Folders that stand for modules, as they are to be written. */
  readonly folders: ReadonlyMap<string, string>;
  /** Import paths of tools that have moved. */
  readonly movedTools: ReadonlyMap<string, string>;
  /** Modules whose replacement by a folder has no use any more. */
  readonly unreplaced: ReadonlySet<string>;
}

/** @param from The module that it was cut out of: its go line, its toolchain, and its replacements and exclusions that count here. */
export function newGoMod(
  path: string,
  from: GoModule,
  parsed: modfile.File,
  { requirements, folders }: Pick<GoModEdit, "requirements" | "folders">,
): string {
  const file = modfile.newFile();
  modfile.addModuleStmt(file, path);
  if (from.go !== undefined) modfile.addGoStmt(file, from.go);
  if (from.toolchain !== undefined) modfile.addToolchainStmt(file, from.toolchain);
  setRequirements(file, requirements);
  const required = new Set(requirements.map(({ mod }) => mod.path));
  for (const { mod } of parsed.exclude) if (required.has(mod.path)) modfile.addExclude(file, mod.path, mod.version);
  for (const { path, version = "", by } of from.replaces)
    if (by.kind === "module" && required.has(path)) modfile.addReplace(file, path, version, by.path, by.version);
  for (const [path, folder] of folders) modfile.addReplace(file, path, "", folder, "");
  modfile.cleanup(file);
  return modfile.format(file.syntax);
}

export function editedGoMod(
  name: string,
  text: string,
  { requirements, folders, movedTools, unreplaced }: GoModEdit,
): string {
  const file = modfile.parse(name, text);
  setRequirements(file, requirements);
  for (const [path, folder] of folders) modfile.addReplace(file, path, "", folder, "");
  for (const { old, new: by } of file.replace)
    if (unreplaced.has(old.path) && by.version === "") modfile.dropReplace(file, old.path, old.version);
  for (const [path, moved] of movedTools) {
    if (!file.tool.some((tool) => tool.path === path)) continue;
    modfile.dropTool(file, path);
    modfile.addTool(file, moved);
  }
  modfile.cleanup(file);
  const edited = modfile.format(file.syntax);
  return edited === modfile.format(modfile.parse(name, text).syntax) ? text : edited;
}

/** Since Go 1.17 what others need is listed too, in a block of its own. */
function setRequirements(file: modfile.File, requirements: readonly modfile.Requirement[]): void {
  if (isPruned(file.go?.version)) modfile.setRequireSeparateIndirect(file, requirements);
  else modfile.setRequire(file, requirements);
}

/** Since Go 1.17 a go.mod lists all that is needed. */
export function isPruned(go: string | undefined): boolean {
  return go !== undefined && compare(go, explicitIndirectVersion) >= 0;
}
