/** What the new import paths change in Go files, and where else the old ones stand. */
import type { ProjectTree } from "../projectTree.ts";
import { migrateGoFile } from "../migrate/migrateGoFile.ts";
import { sourceName } from "./movedFiles.ts";

export interface Rewritten {
  /** New texts by the path that the file has now. */
  readonly texts: ReadonlyMap<string, string>;
  /** Lines that name an old path and stay as they are: `Makefile:12`. */
  readonly mentions: readonly string[];
  /** Files of a package that reach for what lies above its folder: `money/money_test.go:9`. */
  readonly reaching: readonly string[];
}

const mostPlaces = 200;
const notOwn = /(^|\/)(vendor|testdata|_[^/]*|\.git)\//;

/**
 * @param moves New import paths by old ones.
 * @param moved The files that leave their place.
 */
export async function rewrittenFiles(
  tree: ProjectTree,
  moves: ReadonlyMap<string, string>,
  moved: ReadonlySet<string>,
): Promise<Rewritten> {
  const texts = new Map<string, string>();
  const mentions: string[] = [];
  const reaching: string[] = [];
  const old = [...moves.keys()];
  for (const file of tree.files) {
    if (/(^|\/)(vendor\/|go\.(mod|sum|work|work\.sum)$)/.test(file)) continue;
    const isGo = file.endsWith(".go") && !notOwn.test(file);
    const before = await tree.read(file);
    if (before === undefined || before.includes("\0")) continue;
    if (moved.has(file) && !notOwn.test(file) && sourceName.test(file))
      for (const line of linesWith(before, (text) => /["`](\.\.\/)+[^"`]*["`]|\$\{SRCDIR\}\/\.\./.test(text)))
        if (reaching.length < mostPlaces) reaching.push(`${file}:${line}`);
    if (!old.some((path) => before.includes(path))) continue;
    // Bytes that are no UTF-8 would be written back as others.
    const isText = !before.includes("\uFFFD");
    const text = isGo && isText ? migrateGoFile(before, (path) => moves.get(path)) : before;
    if (text !== before) texts.set(file, text);
    for (const line of linesWith(text, (line) => old.some((path) => names(line, path))))
      if (mentions.length < mostPlaces) mentions.push(`${file}:${line}`);
  }
  return { texts, mentions, reaching };
}

function linesWith(text: string, fits: (line: string) => boolean): readonly number[] {
  return text.split("\n").flatMap((line, at) => (fits(line) ? [at + 1] : []));
}

/** Whether a line has the path by itself, not as a part of a longer one. */
function names(line: string, path: string): boolean {
  for (let at = line.indexOf(path); at >= 0; at = line.indexOf(path, at + 1)) {
    const [before, after] = [line[at - 1] ?? " ", line[at + path.length] ?? " "];
    if (!/[\w~/-]/.test(before) && !/[\w~/-]/.test(after)) return true;
  }
  return false;
}
