/**
 * Semantic versions as Go reads them (golang.org/x/mod/semver):
 *
 *     vMAJOR[.MINOR[.PATCH[-PRERELEASE][+BUILD]]]
 *
 * They follow semver.org 2.0.0 with two exceptions: the `v` is required, and `v1` and `v1.2` are short for `v1.0.0` and
 * `v1.2.0`. Numbers have no leading zeros and no upper bound, so they are compared as digits and never as numbers.
 *
 * Every function takes any string. What is no version gives the empty string, or compares below every version.
 */
import { compareBytewise } from "./utf8.ts";

interface Parsed {
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  /** What a short form lacks: `.0.0`, `.0` or nothing. */
  readonly missing: string;
  /** With its `-`, or empty. */
  readonly prerelease: string;
  /** With its `+`, or empty. */
  readonly build: string;
}

const syntax = /^v(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)?)?$/;

function parse(v: string): Parsed | undefined {
  const match = syntax.exec(v);
  if (match === null) return undefined;
  const [, major = "", minor, patch, prerelease = "", build = ""] = match;
  if (prerelease !== "" && !prerelease.slice(1).split(".").every(isPrereleaseIdentifier)) return undefined;
  if (build !== "" && build.slice(1).split(".").includes("")) return undefined;
  const missing = minor === undefined ? ".0.0" : patch === undefined ? ".0" : "";
  return { major, minor: minor ?? "0", patch: patch ?? "0", missing, prerelease, build };
}

/** semver.org, 9: not empty, and "numeric identifiers MUST NOT include leading zeroes". Those of the build may. */
function isPrereleaseIdentifier(identifier: string): boolean {
  return identifier !== "" && !/^0[0-9]+$/.test(identifier);
}

/** Reports whether `v` is a semantic version, short forms included. */
export function isValid(v: string): boolean {
  return parse(v) !== undefined;
}

/** Fills in a missing minor and patch and drops the build: `v1` → `v1.0.0`, `v1.2.3+x` → `v1.2.3`. */
export function canonical(v: string): string {
  const p = parse(v);
  return p === undefined ? "" : v.slice(0, v.length - p.build.length) + p.missing;
}

/** `v2.1.0` → `v2`. */
export function major(v: string): string {
  const p = parse(v);
  return p === undefined ? "" : `v${p.major}`;
}

/** `v2.1.0` → `v2.1`. */
export function majorMinor(v: string): string {
  const p = parse(v);
  return p === undefined ? "" : `v${p.major}.${p.minor}`;
}

/** `v2.1.0-pre+meta` → `-pre`. */
export function prerelease(v: string): string {
  return parse(v)?.prerelease ?? "";
}

/** `v2.1.0-pre+meta` → `+meta`. */
export function build(v: string): string {
  return parse(v)?.build ?? "";
}

/** -1, 0 or 1 by semantic precedence; builds don't count. */
export function compare(v: string, w: string): number {
  return compareParsed(parse(v), parse(w));
}

function compareParsed(x: Parsed | undefined, y: Parsed | undefined): number {
  if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined);
  return (
    compareInt(x.major, y.major) ||
    compareInt(x.minor, y.minor) ||
    compareInt(x.patch, y.patch) ||
    comparePrerelease(x.prerelease, y.prerelease)
  );
}

/** The canonical form of the greater of the two. */
export function max(v: string, w: string): string {
  const x = canonical(v);
  const y = canonical(w);
  return compare(x, y) > 0 ? x : y;
}

/** A sorted copy: by precedence, then, where that is equal (`v1`, `v1.0.0`, `v1.0.0+a`), by the bytes. */
export function sort(versions: readonly string[]): string[] {
  // Each is read once, and not for each of its comparisons: a module may have thousands.
  return versions
    .map((text) => ({ text, parsed: parse(text) }))
    .sort((a, b) => compareParsed(a.parsed, b.parsed) || compareBytewise(a.text, b.text))
    .map(({ text }) => text);
}

/** Two digit strings without leading zeros: the longer is the greater. */
function compareInt(x: string, y: string): number {
  if (x === y) return 0;
  if (x.length !== y.length) return x.length < y.length ? -1 : 1;
  return x < y ? -1 : 1;
}

/**
 * semver.org, 11: a prerelease is lower than its release; identifiers are compared from the left, digits as numbers,
 * others by ASCII, numbers below others; where all are equal, the longer list is the greater.
 */
function comparePrerelease(x: string, y: string): number {
  if (x === y) return 0;
  if (x === "") return 1;
  if (y === "") return -1;
  const xs = x.slice(1).split(".");
  const ys = y.slice(1).split(".");
  const shared = Math.min(xs.length, ys.length);
  for (let i = 0; i < shared; i++) {
    const order = compareIdentifier(xs[i] ?? "", ys[i] ?? "");
    if (order !== 0) return order;
  }
  return xs.length < ys.length ? -1 : 1;
}

function compareIdentifier(x: string, y: string): number {
  if (x === y) return 0;
  const xIsNumber = isDigits(x);
  const yIsNumber = isDigits(y);
  if (xIsNumber !== yIsNumber) return xIsNumber ? -1 : 1;
  if (xIsNumber) return compareInt(x, y);
  return x < y ? -1 : 1;
}

function isDigits(identifier: string): boolean {
  return /^[0-9]+$/.test(identifier);
}
