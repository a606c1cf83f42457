/**
 * Canonical versions, the only ones that go.mod, go.sum and the `.mod` and `.zip` of a proxy may name, and their fit with a
 * module path.
 */
import { invalidVersion, ModuleError } from "./error.ts";
import { majorMismatch, splitPathVersion } from "./major.ts";
import { checkPath } from "./path.ts";
import { quote } from "./quote.ts";
import * as semver from "./semver.ts";
import { compareBytewise } from "./utf8.ts";

declare const canonicalVersionBrand: unique symbol;

/** A canonical version, as go.mod and go.sum hold it: `v1.2.3`, `v2.0.0+incompatible`, a pseudo-version. Not escaped. */
export type Version = string & { readonly [canonicalVersionBrand]: true };

/** A module at a version. `version` is empty where only the module is meant. */
export interface ModuleVersion {
  readonly path: string;
  readonly version: string;
}

/**
 * A sorted copy: by path, then by version, then by what follows a slash behind the version, as go.sum has it
 * (`v1.0.0/go.mod`). For lists with the modules `go` and `toolchain`, whose versions are of another kind, see gover.modSort.
 */
export function sort(modules: readonly ModuleVersion[]): ModuleVersion[] {
  return modules.toSorted((a, b) => {
    const [x, y] = [cutFile(a.version), cutFile(b.version)];
    const byVersion = x.version === y.version ? compareBytewise(x.file, y.file) : semver.compare(x.version, y.version);
    return compareBytewise(a.path, b.path) || byVersion;
  });
}

function cutFile(version: string): { version: string; file: string } {
  const slash = version.indexOf("/");
  return slash < 0 ? { version, file: "" } : { version: version.slice(0, slash), file: version.slice(slash) };
}

/** semver's canonical form, but `+incompatible`, which tells a module's version from another's, stays. */
export function canonicalVersion(v: string): string {
  return semver.canonical(v) + (semver.build(v) === "+incompatible" ? "+incompatible" : "");
}

/** Reports whether `v` names one immutable version: it is its own CanonicalVersion of golang.org/x/mod/module. */
export function isCanonicalVersion(v: string): v is Version {
  return v !== "" && canonicalVersion(v) === v;
}

/** The version, if it is canonical; Go has none. @throws ModuleError `invalidVersion`. */
export function parseVersion(v: string): Version {
  if (isCanonicalVersion(v)) return v;
  if (!semver.isValid(v)) throw invalidVersion(v, "not a semantic version");
  throw new ModuleError(
    "invalidVersion",
    `version ${quote(v)} is not canonical (should be ${quote(canonicalVersion(v))})`,
  );
}

/**
 * Checks that `path` and `version` are each valid and belong together. The version need not be canonical.
 *
 * @throws ModuleError `invalidPath`, or `invalidVersion`: `example.com/m@v2.0.0: invalid version: should be v0 or v1, not v2`.
 */
export function check(path: string, version: string): void {
  checkPath(path);
  const fault = semver.isValid(version)
    ? majorMismatch(version, splitPathVersion(path)?.pathMajor ?? "")
    : "not a semantic version";
  if (fault !== undefined) {
    throw new ModuleError("invalidVersion", `${path}@${version}: invalid version: ${fault}`);
  }
}
