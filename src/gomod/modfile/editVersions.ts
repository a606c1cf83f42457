/** Edits of exclusions and retractions. */
import { invalidVersion } from "../error.ts";
import { checkPathMajor, majorMismatch, pathMajorPrefix, splitPathVersion } from "../major.ts";
import * as semver from "../semver.ts";
import { isCanonicalVersion } from "../version.ts";
import { dropWhere } from "./drop.ts";
import { addLine, addLineAfter } from "./editSyntax.ts";
import type { File, VersionInterval } from "./file.ts";
import { autoQuote } from "./quoting.ts";
import { newComment } from "./syntax.ts";

/** Excludes a version of a module, unless it is. @throws ModuleError `invalidVersion` */
export function addExclude(file: File, path: string, version: string): void {
  checkCanonicalVersion(path, version);
  if (file.exclude.some(({ mod }) => mod.path === path && mod.version === version)) return;
  const hint = file.exclude.findLast(({ mod }) => mod.path === path);
  const syntax = addLineAfter(file.syntax, hint?.syntax, ["exclude", autoQuote(path), version]);
  file.exclude.push({ mod: { path, version }, syntax });
}

/** Drops the exclusion of a version. */
export function dropExclude(file: File, path: string, version: string): void {
  file.exclude = dropWhere(file.exclude, ({ mod }) => mod.path === path && mod.version === version);
}

/**
 * Retracts versions of this module. As in x/mod, the new line is not listed in `file.retract`.
 *
 * @param rationale Becomes the comment above the line; may have several lines.
 * @throws ModuleError `invalidVersion`
 */
export function addRetract(file: File, { low, high }: VersionInterval, rationale: string): void {
  const path = file.module?.mod.path ?? "";
  checkCanonicalVersion(path, high);
  checkCanonicalVersion(path, low);
  const versions = low === high ? [autoQuote(low)] : ["[", autoQuote(low), ",", autoQuote(high), "]"];
  const line = addLine(file.syntax, ["retract", ...versions]);
  if (rationale !== "") {
    line.before = [...line.before, ...rationale.split("\n").map((text) => newComment(`// ${text}`))];
  }
}

/** Drops the retraction of just this range. */
export function dropRetract(file: File, { low, high }: VersionInterval): void {
  file.retract = dropWhere(file.retract, (retract) => retract.low === low && retract.high === high);
}

function checkCanonicalVersion(path: string, version: string): void {
  const split = splitPathVersion(path);
  const pathMajor = split?.pathMajor ?? "";
  if (!isCanonicalVersion(version)) {
    const form = pathMajor === "" ? "v1" : pathMajorPrefix(pathMajor);
    throw invalidVersion(version, `must be of the form ${form}.2.3`);
  }
  if (split === undefined) return;
  if (pathMajor !== "") checkPathMajor(version, pathMajor);
  else if (majorMismatch(version, "") !== undefined) {
    // Whoever writes v2.3.4 here most often means v2.3.4+incompatible.
    throw invalidVersion(version, `should be ${version}+incompatible (or module ${path}/${semver.major(version)})`);
  }
}
