// What a move of a module's path changes in a work tree: go.mod and go.work files, imports, and what a person must look at.

import { ErrorList } from "../../gomod/modfile.ts";
import type { ProjectTree } from "../projectTree.ts";
import { migrateGoFile } from "./migrateGoFile.ts";
import { migrateGoMod } from "./migrateGoMod.ts";
import { movePath } from "./movePath.ts";

export interface MigratedFile {
  readonly path: string;
  readonly before: string;
  readonly text: string;
}

export interface Migration {
  readonly files: readonly MigratedFile[];
  /** Lines that name the old path and are left as they are: `Makefile:12`. */
  readonly mentions: readonly string[];
  /** Files that could not be read or parsed, and why. */
  readonly skipped: readonly string[];
}

const maxMentions = 200;

export async function planMigration(tree: ProjectTree, from: string, to: string): Promise<Migration> {
  const move = movePath(from, to);
  const files: MigratedFile[] = [];
  const mentions: string[] = [];
  const skipped: string[] = [...tree.leftOut];
  for (const path of tree.files) {
    if (isVendored(path)) continue;
    const before = await tree.read(path);
    if (before === undefined || !before.includes(from)) continue;
    // Its bytes are no text: written back they would be others.
    if (before.includes("\uFFFD") || before.includes("\0")) {
      if (path.endsWith(".go")) skipped.push(`${path}: is not UTF-8`);
      continue;
    }
    let text = before;
    const name = path.slice(path.lastIndexOf("/") + 1);
    try {
      if (name === "go.mod" || name === "go.work") text = migrateGoMod(path, before, move);
      else if (name.endsWith(".go")) text = migrateGoFile(before, move);
    } catch (error) {
      if (!(error instanceof ErrorList)) throw error;
      skipped.push(error.message);
      continue;
    }
    if (text !== before) files.push({ path, before, text });
    // go.sum is for the go command to mend.
    if (name === "go.sum" || name === "go.work.sum") continue;
    for (const [at, line] of text.split("\n").entries()) {
      if (names(line, from, to) && mentions.length < maxMentions) mentions.push(`${path}:${at + 1}`);
    }
  }
  return { files, mentions, skipped };
}

function isVendored(path: string): boolean {
  return path.startsWith("vendor/") || path.includes("/vendor/");
}

/** Whether a line has the old path, and not only as a part of another or of the new one. */
function names(line: string, from: string, to: string): boolean {
  const rest = line.replaceAll(to, "");
  for (let at = rest.indexOf(from); at >= 0; at = rest.indexOf(from, at + 1)) {
    const [before, after] = [rest[at - 1] ?? " ", rest[at + from.length] ?? " "];
    if (!/[\w.~-]/.test(before) && !/[\w~-]/.test(after)) return true;
  }
  return false;
}
