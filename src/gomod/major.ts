/**
 * How a module path and a version belong together: semantic import versioning. From v2 on, the major version is part of
 * the path (`example.com/m/v2`), so that two majors can live in one build; v0 and v1 add nothing. Two exceptions are older
 * than modules: gopkg.in always has `.vN`, and a repository without go.mod may have v2 and up on a plain path, as
 * `v2.0.0+incompatible`.
 */
import { invalidVersion, ModuleError } from "./error.ts";
import * as semver from "./semver.ts";

/**
 * Splits `example.com/m/v2` into `example.com/m` and `/v2`, `gopkg.in/yaml.v3` into `gopkg.in/yaml` and `.v3`, and any
 * other path into itself and nothing. `undefined` if the ending breaks the rules (`/v1`, `/v02`, `/v1.2`, gopkg.in without
 * `.vN`).
 */
export function splitPathVersion(path: string): { prefix: string; pathMajor: string } | undefined {
  if (path.startsWith("gopkg.in/")) return splitGopkgIn(path);
  let end = path.length;
  while (end > 0 && isDigitOrDot(path.charCodeAt(end - 1))) end--;
  const digits = path.slice(end);
  const start = end - 2;
  if (digits === "" || start < 0 || !path.startsWith("/v", start)) return { prefix: path, pathMajor: "" };
  if (digits.includes(".") || digits.startsWith("0") || digits === "1") return undefined;
  return { prefix: path.slice(0, start), pathMajor: path.slice(start) };
}

function isDigitOrDot(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || unit === 0x2e;
}

function splitGopkgIn(path: string): { prefix: string; pathMajor: string } | undefined {
  const match = /^(.*)(\.v[0-9]*(?:-unstable)?)$/s.exec(path);
  if (match === null) return undefined;
  const [, prefix = "", pathMajor = ""] = match;
  // `.v-unstable`, with no number at all, passes in Go too.
  if (pathMajor === ".v" || (pathMajor.startsWith(".v0") && pathMajor !== ".v0")) return undefined;
  return { prefix, pathMajor };
}

/** Reports whether `version` may have a path that ends in `pathMajor` (as {@link splitPathVersion} gives it). */
export function matchPathMajor(version: string, pathMajor: string): boolean {
  return majorMismatch(version, pathMajor) === undefined;
}

/** As {@link matchPathMajor}. @throws ModuleError `invalidVersion`: `version "v2.0.0" invalid: should be v0 or v1, not v2`. */
export function checkPathMajor(version: string, pathMajor: string): void {
  const mismatch = majorMismatch(version, pathMajor);
  if (mismatch !== undefined) throw invalidVersion(version, mismatch);
}

/** Why `version` may not have a path that ends in `pathMajor`, in Go's words; `undefined` if it may. */
export function majorMismatch(version: string, pathMajor: string): string | undefined {
  let wanted = trimUnstable(pathMajor);
  // An old bug made v0.0.0- pseudo-versions for gopkg.in's .v1, and go.mod files out there still name them.
  if (version.startsWith("v0.0.0-") && wanted === ".v1") return undefined;
  const major = semver.major(version);
  if (wanted === "") {
    if (major === "v0" || major === "v1" || semver.build(version) === "+incompatible") return undefined;
    wanted = "v0 or v1";
  } else if (/^[/.]/.test(wanted)) {
    wanted = wanted.slice(1);
    if (major === wanted) return undefined;
  }
  return `should be ${wanted}, not ${major}`;
}

function trimUnstable(pathMajor: string): string {
  return pathMajor.startsWith(".v") && pathMajor.endsWith("-unstable") ? pathMajor.slice(0, -9) : pathMajor;
}

/**
 * The prefix that tags have for `pathMajor`: `/v2` → `v2`, `.v3-unstable` → `v3`, nothing → nothing (v0 or v1).
 *
 * @throws ModuleError `invalidPath` for what {@link splitPathVersion} can't have given; Go panics there.
 */
export function pathMajorPrefix(pathMajor: string): string {
  if (pathMajor === "") return "";
  if (!/^[/.]/.test(pathMajor)) {
    throw new ModuleError("invalidPath", `pathMajor suffix ${pathMajor} passed to PathMajorPrefix lacks separator`);
  }
  const trimmed = trimUnstable(pathMajor);
  const major = trimmed.slice(1);
  if (major !== semver.major(major)) {
    throw new ModuleError(
      "invalidPath",
      `pathMajor suffix ${trimmed}passed to PathMajorPrefix is not a valid major version`,
    );
  }
  return major;
}
