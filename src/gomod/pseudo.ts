/**
 * Pseudo-versions: versions for commits that have no tag, in an order with those that have one.
 *
 *     (1) vX.0.0-yyyymmddhhmmss-abcdef123456                       no tag of major vX before the commit
 *     (2) vX.Y.(Z+1)-0.yyyymmddhhmmss-abcdef123456                 the tag before it is vX.Y.Z
 *     (3) vX.Y.(Z+1)-0.yyyymmddhhmmss-abcdef123456+incompatible
 *     (4) vX.Y.Z-pre.0.yyyymmddhhmmss-abcdef123456                 the tag before it is vX.Y.Z-pre
 *     (5) vX.Y.Z-pre.0.yyyymmddhhmmss-abcdef123456+incompatible
 *
 * So a pseudo-version is below the next release that could follow the tag, and above the tag (golang.org/x/mod/module,
 * pseudo.go). The time is the commit's, in UTC; the revision is 12 digits of a git commit, but other version control
 * systems have others. A proxy's list holds no pseudo-versions.
 */
import { ModuleError } from "./error.ts";
import { quote } from "./quote.ts";
import * as semver from "./semver.ts";

/** The parts of a pseudo-version. */
export interface PseudoVersion {
  /** `vX.0.0`, `vX.Y.(Z+1)-0` or `vX.Y.Z-pre.0`: what stands before the time. */
  readonly base: string;
  /** 14 digits, not checked to be a date. */
  readonly timestamp: string;
  readonly rev: string;
  /** `+incompatible`, another build with its `+`, or empty. */
  readonly build: string;
}

const syntax =
  /^v[0-9]+\.(0\.0-|[0-9]+\.[0-9]+-([^+]*\.)?0\.)[0-9]{14}-[A-Za-z0-9]+(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/** Reports whether `v` has the form of a pseudo-version. Its time need not be a date. */
export function isPseudoVersion(v: string): boolean {
  return syntax.test(v) && semver.isValid(v);
}

/**
 * The pseudo-version of a commit.
 *
 * @param major The major version of the module path, `v2`; empty for `v0`. Used only if `older` is empty.
 * @param older The tag before the commit, with `+incompatible` where that applies; empty if there is none.
 * @param time The commit's time; parts of a second are cut off.
 * @param rev The first 12 digits of the commit.
 */
export function pseudoVersion(major: string, older: string, time: Date, rev: string): string {
  const segment = `${formatTimestamp(time)}-${rev}`;
  const build = semver.build(older);
  const base = semver.canonical(older);
  if (base === "") return `${major === "" ? "v0" : major}.0.0-${segment}`;
  if (semver.prerelease(base) !== "") return `${base}.0.${segment}${build}`;
  const dot = base.lastIndexOf(".") + 1;
  return `${base.slice(0, dot)}${incrementDecimal(base.slice(dot))}-0.${segment}${build}`;
}

/** A placeholder: the first possible time, the revision all zeros. */
export function zeroPseudoVersion(major: string): string {
  return `${major === "" ? "v0" : major}.0.0-00010101000000-000000000000`;
}

/** Reports whether `v` is what {@link zeroPseudoVersion} makes. */
export function isZeroPseudoVersion(v: string): boolean {
  return v === zeroPseudoVersion(semver.major(v));
}

/**
 * Takes a pseudo-version apart (golang.org/x/mod/module, parsePseudoVersion).
 *
 * @throws ModuleError `invalidPseudoVersion`: `pseudo-version "v1" invalid: syntax error`.
 */
export function parsePseudoVersion(v: string): PseudoVersion {
  if (!isPseudoVersion(v)) throw invalid(v, "syntax error");
  const build = semver.build(v);
  const plain = v.slice(0, v.length - build.length);
  const revAt = plain.lastIndexOf("-") + 1;
  const beforeRev = plain.slice(0, revAt - 1);
  // Form (1) has `vX.0.0-time`, the others `…0.time`; the time itself has neither dash nor dot.
  const timeAt = Math.max(beforeRev.lastIndexOf("-"), beforeRev.lastIndexOf(".")) + 1;
  return { base: beforeRev.slice(0, timeAt - 1), timestamp: beforeRev.slice(timeAt), rev: plain.slice(revAt), build };
}

/** The commit's time. @throws ModuleError `invalidPseudoVersion`; also if the digits are no date. */
export function pseudoVersionTime(v: string): Date {
  const { timestamp } = parsePseudoVersion(v);
  const time = parseTimestamp(timestamp);
  if (time === undefined) throw invalid(v, `malformed time ${quote(timestamp)}`);
  return time;
}

/** The commit's revision. @throws ModuleError `invalidPseudoVersion`. */
export function pseudoVersionRev(v: string): string {
  return parsePseudoVersion(v).rev;
}

/**
 * The tag that the pseudo-version continues, `vX.Y.Z`, `vX.Y.Z-pre`, with `+incompatible` if it has it; empty for form (1).
 *
 * @throws ModuleError `invalidPseudoVersion`; also for `vX.0.0-time-rev+incompatible`, which would need a tag and has none,
 * and for `vX.Y.0-0.time-rev`, whose tag would have a negative patch number.
 */
export function pseudoVersionBase(v: string): string {
  const { base, build } = parsePseudoVersion(v);
  const prerelease = semver.prerelease(base);
  if (prerelease === "") {
    if (build !== "") throw invalid(v, `lacks base version, but has build metadata ${quote(build)}`);
    return "";
  }
  if (prerelease !== "-0") return base.slice(0, -".0".length) + build;
  const release = base.slice(0, -"-0".length);
  const dot = release.lastIndexOf(".") + 1;
  const patch = decrementDecimal(release.slice(dot));
  if (patch === undefined) throw invalid(v, `version before ${release} would have negative patch number`);
  return release.slice(0, dot) + patch + build;
}

function invalid(v: string, fault: string): ModuleError {
  return new ModuleError("invalidPseudoVersion", `pseudo-version ${quote(v)} invalid: ${fault}`);
}

/** Patch numbers have no upper bound. */
function incrementDecimal(digits: string): string {
  return (BigInt(digits) + 1n).toString();
}

function decrementDecimal(digits: string): string | undefined {
  const value = BigInt(digits);
  return value === 0n ? undefined : (value - 1n).toString();
}

function formatTimestamp(time: Date): string {
  return time.toISOString().slice(0, 19).replace(/[-T:]/g, "");
}

/** A UTC time of 14 digits, if there is such a second in such a month of such a year. */
function parseTimestamp(timestamp: string): Date | undefined {
  const iso = timestamp.replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6");
  const time = new Date(`${iso}.000Z`);
  // A Date rolls 30 February and 24:00 over to the next day; what comes back differs then.
  return Number.isNaN(time.getTime()) || formatTimestamp(time) !== timestamp ? undefined : time;
}
