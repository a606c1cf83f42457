/**
 * Order in blocks, once what is there twice is dropped. Lines go by their tokens, bytewise, with two exceptions: excluded
 * versions by semver (from go 1.21 on, https://go.dev/issue/60028), and retracted ones by semver, the latest first.
 */
import * as semver from "../semver.ts";
import { compareBytewise } from "../utf8.ts";
import type { ModuleVersion } from "../version.ts";
import type { File, VersionInterval, WorkFile } from "./file.ts";
import type { FileSyntax, Line } from "./syntax.ts";

/** Drops directives that are there twice, and sorts the lines of each block. */
export function sortBlocks(file: File | WorkFile): void {
  removeDuplicates(file);
  const bySemver = file.kind === "mod" && file.go !== undefined && semver.compare(`v${file.go.version}`, "v1.21") >= 0;
  for (const statement of file.syntax.stmt) {
    if (statement.kind !== "lineBlock") continue;
    const [verb] = statement.token;
    let order = compareTokens;
    if (file.kind === "mod" && verb === "exclude" && bySemver) order = compareExclusions;
    else if (file.kind === "mod" && verb === "retract") order = compareRetractions;
    statement.line.sort(order);
  }
}

/**
 * The first of equal exclude, tool and ignore directives stays, the last of equal replacements. Requirements are left to
 * minimal version selection, and retractions may say more in their comments.
 */
function removeDuplicates(file: File | WorkFile): void {
  const dropped = new Set<Line>();
  if (file.kind === "mod") {
    file.exclude = firsts(file.exclude, ({ mod }) => keyOf(mod), dropped);
    file.tool = firsts(file.tool, ({ path }) => path, dropped);
    file.ignore = firsts(file.ignore, ({ path }) => path, dropped);
  }
  file.replace = firsts(file.replace.toReversed(), ({ old }) => keyOf(old), dropped).toReversed();
  removeLines(file.syntax, dropped);
}

function keyOf({ path, version }: ModuleVersion): string {
  return `${path}\n${version}`;
}

function firsts<T extends { readonly syntax: Line }>(
  directives: readonly T[],
  key: (directive: T) => string,
  dropped: Set<Line>,
): T[] {
  const seen = new Set<string>();
  return directives.filter((directive) => {
    const name = key(directive);
    if (seen.has(name)) dropped.add(directive.syntax);
    else seen.add(name);
    return !dropped.has(directive.syntax);
  });
}

function removeLines(syntax: FileSyntax, dropped: ReadonlySet<Line>): void {
  syntax.stmt = syntax.stmt.filter((statement) => {
    if (statement.kind === "line") return !dropped.has(statement);
    if (statement.kind === "commentBlock") return true;
    statement.line = statement.line.filter((line) => !dropped.has(line));
    return statement.line.length > 0;
  });
}

function compareTokens(a: Line, b: Line): number {
  const shared = Math.min(a.token.length, b.token.length);
  for (let i = 0; i < shared; i++) {
    const order = compareBytewise(a.token[i] ?? "", b.token[i] ?? "");
    if (order !== 0) return order;
  }
  return a.token.length - b.token.length;
}

function compareExclusions(a: Line, b: Line): number {
  if (a.token.length !== 2 || b.token.length !== 2) return compareTokens(a, b);
  const [aPath = "", aVersion = ""] = a.token;
  const [bPath = "", bVersion = ""] = b.token;
  return compareBytewise(aPath, bPath) || semver.compare(aVersion, bVersion);
}

function compareRetractions(a: Line, b: Line): number {
  const x = intervalOf(a);
  const y = intervalOf(b);
  return semver.compare(y.low, x.low) || semver.compare(y.high, x.high);
}

function intervalOf({ token }: Line): VersionInterval {
  const [first = "", low = "", comma, high = "", bracket] = token;
  if (token.length === 1) return { low: first, high: first };
  if (token.length === 5 && first === "[" && comma === "," && bracket === "]") return { low, high };
  return { low: "", high: "" };
}
