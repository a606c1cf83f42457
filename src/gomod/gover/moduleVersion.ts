/**
 * Versions of modules, where the paths `go` and `toolchain` stand for the Go version and the toolchain that a module asks
 * for: the go command keeps them in the same graph (cmd/go/internal/gover/mod.go).
 */
import * as semver from "../semver.ts";
import { compareBytewise } from "../utf8.ts";
import type { ModuleVersion } from "../version.ts";
import { fromToolchain, isToolchain, maybeToolchainVersion } from "./toolchain.ts";
import { compare, isLang, isPrerelease, isValid, lang } from "./version.ts";

/** Compares two versions of a module as the path asks for it. */
export function modCompare(path: string, x: string, y: string): number {
  if (path === "go") return compare(x, y);
  if (path === "toolchain") return compare(maybeToolchainVersion(x), maybeToolchainVersion(y));
  return semver.compare(x, y);
}

/** A sorted copy: by path, then by version, then by the file behind a slash, as go.sum has it (`v1.0.0/go.mod`). */
export function modSort<T extends ModuleVersion>(list: readonly T[]): T[] {
  return list
    .map((mod) => {
      const slash = mod.version.indexOf("/");
      const at = slash < 0 ? mod.version.length : slash;
      return { mod, version: mod.version.slice(0, at), file: mod.version.slice(at) };
    })
    .sort(
      (a, b) =>
        compareBytewise(a.mod.path, b.mod.path) ||
        (a.version === b.version ? compareBytewise(a.file, b.file) : modCompare(a.mod.path, a.version, b.version)),
    )
    .map(({ mod }) => mod);
}

/** Reports whether a version is one for this path. */
export function modIsValid(path: string, version: string): boolean {
  if (path === "toolchain") return isValid(fromToolchain(version));
  return path === "go" ? isValid(version) : semver.isValid(version);
}

/** Reports whether a version, valid or short, stands for many: `v1.2`, `1.21`. */
export function modIsPrefix(path: string, version: string): boolean {
  if (path === "toolchain") return isLang(fromToolchain(version));
  if (path === "go") return isLang(version);
  return !/[-+]|\..*\./s.test(version);
}

/** Reports whether a version is a prerelease. */
export function modIsPrerelease(path: string, version: string): boolean {
  if (path === "toolchain") return isPrerelease(fromToolchain(version));
  return path === "go" ? isPrerelease(version) : semver.prerelease(version) !== "";
}

/** `v1.2` of `v1.2.3`, `1.21` of `1.21.3`, `go1.21` of `go1.21.3`. */
export function modMajorMinor(path: string, version: string): string {
  if (!isToolchain(path)) return semver.majorMinor(version);
  return path === "toolchain" ? `go${lang(fromToolchain(version))}` : lang(version);
}
