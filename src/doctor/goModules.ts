// Modules as rules look at them: go.mod as it is written, and what the module's files import.

import { ModuleError } from "../gomod/error.ts";
import * as modfile from "../gomod/modfile.ts";
import { mayBeBuilt } from "../gomod/source.ts";
import { isStandard } from "../repo/cgoNeed.ts";
import type { GoModule } from "../repo/goModules.ts";
import { under } from "../repo/goPackages.ts";
import type { Facts } from "./facts.ts";
import type { Evidence, Fix, Problem } from "./finding.ts";
import { lineText } from "./places.ts";

export interface WrittenModule {
  readonly module: GoModule;
  /** `go.mod`, `lib/go.mod`. */
  readonly file: string;
  readonly text: string;
  readonly parsed: modfile.File;
  /** What its files import of other modules, tests among them, each path once, with the first file that does. */
  readonly imports: ReadonlyMap<string, ImportPlace>;
}

export interface ImportPlace {
  readonly path: string;
  readonly file: string;
  /** Only tests import it. */
  readonly isTest: boolean;
  /** It is in a file that is built for linux, or a test of the package. */
  readonly isBuilt: boolean;
}

/** Many rules ask the same facts. */
const written = new WeakMap<NonNullable<Facts["go"]>, readonly WrittenModule[]>();

export function writtenModules({ go, text }: Pick<Facts, "go" | "text">): readonly WrittenModule[] {
  if (go === undefined) return [];
  const known = written.get(go) ?? readWritten(go, text);
  written.set(go, known);
  return known;
}

function readWritten(go: NonNullable<Facts["go"]>, text: Facts["text"]): readonly WrittenModule[] {
  return go.modules.flatMap((module) => {
    const file = module.dir === "." ? "go.mod" : `${module.dir}/go.mod`;
    const source = text(file);
    if (source === undefined) return [];
    try {
      const parsed = modfile.parse(file, source);
      return [{ module, file, text: source, parsed, imports: importsOf(go, module) }];
    } catch (error) {
      if (error instanceof ModuleError) return [];
      throw error;
    }
  });
}

function importsOf(go: Facts["go"], { dir }: GoModule): ReadonlyMap<string, ImportPlace> {
  const packages = (go?.packages ?? []).filter(({ moduleDir }) => moduleDir === dir);
  const own = new Set(packages.map(({ importPath }) => importPath));
  const found = new Map<string, ImportPlace>();
  for (const each of packages) {
    for (const [name, { header, isTest }] of [...each.files, ...each.allFiles, ...each.tests]) {
      if (!each.files.has(name) && !mayBeBuilt(header.constraint)) continue;
      for (const { path } of header.imports) {
        if (isStandard(path) || own.has(path)) continue;
        const before = found.get(path);
        if (before !== undefined && (!before.isTest || isTest)) continue;
        found.set(path, { path, file: under(each.dir, name), isTest, isBuilt: isTest || each.files.has(name) });
      }
    }
  }
  return found;
}

/** Whether a package may be of a module: the module's path, or something below it. */
export function isOf(importPath: string, modulePath: string): boolean {
  return importPath === modulePath || importPath.startsWith(`${modulePath}/`);
}

/** The place of a directive's line. */
export function placeOf({ file, text }: WrittenModule, line: modfile.Line): Pick<Problem, "file" | "start" | "end"> {
  const start = offsetOf(text, line.start.line);
  const end = text.indexOf("\n", start);
  const written = text.slice(start, end < 0 ? undefined : end);
  const blanks = /^\s*/.exec(written)?.[0].length ?? 0;
  return { file, start: start + blanks, end: start + written.trimEnd().length };
}

export function moduleLine(written: WrittenModule): Pick<Problem, "file" | "start" | "end"> {
  const { parsed, file } = written;
  return parsed.module === undefined ? { file, start: 0, end: 0 } : placeOf(written, parsed.module.syntax);
}

function offsetOf(text: string, line: number): number {
  let at = 0;
  for (let number = 1; number < line; number++) at = text.indexOf("\n", at) + 1;
  return at;
}

/** A line and its newline, for a fix that takes it out. */
export function wholeLine(
  { text }: WrittenModule,
  { start }: { readonly start: number },
): { start: number; end: number } {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const newline = text.indexOf("\n", start);
  return { start: from, end: newline < 0 ? text.length : newline + 1 };
}

/** The line that says which Go a module asks for, as what makes an older one a problem. */
export function goLineSeen(text: Facts["text"], file: string): Evidence {
  const source = text(file) ?? "";
  const line = source.split("\n").findIndex((each) => /^go\s/.test(each)) + 1;
  return { file, line, text: lineText(source, line) };
}

/**
 * Another version in a require line; none where the line does not hold the version as it is read. It is never safe: another version
 * is another program, and go.sum needs its lines, which go mod tidy writes.
 */
export function requireFix(written: WrittenModule, { mod, syntax }: modfile.Require, version: string): { fix?: Fix } {
  const { start, end } = placeOf(written, syntax);
  const at = written.text.indexOf(mod.version, start);
  if (at < 0 || at > end) return {};
  const edit = { file: written.file, start: at, end: at + mod.version.length, text: version };
  return { fix: { safe: false, title: `require ${version}`, edits: [edit] } };
}
