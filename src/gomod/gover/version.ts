/**
 * Versions of Go: `1.21`, `1.21rc2`, `1.21.3`. They are no semantic versions. Since 1.21, the first release of a language
 * version is `1.21.0`, and the order is
 *
 *     1.21 < 1.21rc1 < 1.21rc2 < 1.21.0 < 1.21.1
 *
 * so that a toolchain of any of these may read a file that says `go 1.21`, and a release candidate may not read one that
 * says `go 1.21.0`. Before 1.21, `1.20` itself is the first release. https://go.dev/doc/toolchain#version
 * (internal/gover and cmd/go/internal/gover/gover.go)
 */

interface Parsed {
  /** Numbers are digits, as they have no upper bound; empty where there is none. */
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  /** `alpha`, `beta`, `rc`, any other lower-case word, or empty. */
  readonly kind: string;
  readonly pre: string;
}

const syntax = /^(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*)|([a-z]+)(0|[1-9][0-9]*)?)?)?$/;
const malformed: Parsed = { major: "", minor: "", patch: "", kind: "", pre: "" };

function parse(x: string): Parsed {
  const match = syntax.exec(x);
  if (match === null) return malformed;
  const [, major = "", minor, patch = "", kind = "", pre = ""] = match;
  // "1" is 1.0.0.
  if (minor === undefined) return { major, minor: "0", patch: "0", kind, pre };
  const isOldRelease = patch === "" && kind === "" && compareDigits(minor, "21") < 0;
  return { major, minor, patch: isOldRelease ? "0" : patch, kind, pre };
}

/** Numbers without leading zeros; none is the least. */
function compareDigits(x: string, y: string): number {
  if (x === y) return 0;
  if (x.length !== y.length) return x.length < y.length ? -1 : 1;
  return x < y ? -1 : 1;
}

/**
 * -1, 0 or 1. What is no version is below all that are, and equal to the like.
 *
 * @param x Without `go`: `1.21.3`. See toolchain.ts for names.
 */
export function compare(x: string, y: string): number {
  if (x === y) return 0;
  const v = parse(x);
  const w = parse(y);
  return (
    compareDigits(v.major, w.major) ||
    compareDigits(v.minor, w.minor) ||
    compareDigits(v.patch, w.patch) ||
    // "" < alpha < beta < rc
    (v.kind === w.kind ? 0 : v.kind < w.kind ? -1 : 1) ||
    compareDigits(v.pre, w.pre)
  );
}

/** The greater of the two, or `x`. */
export function max(x: string, y: string): string {
  return compare(x, y) < 0 ? y : x;
}

/** Reports whether `x` is a version. */
export function isValid(x: string): boolean {
  return syntax.test(x);
}

/** Reports whether `x` is a language version and no release: `1.21`, but not `1.20`, which is both. */
export function isLang(x: string): boolean {
  const { major, patch, kind } = parse(x);
  return major !== "" && patch === "" && kind === "";
}

/** The language version: `1.21` of `1.21.3` and of `1.21rc1`. Empty if `x` is no version. */
export function lang(x: string): string {
  const { major, minor } = parse(x);
  return minor === "" || (major === "1" && minor === "0") ? major : `${major}.${minor}`;
}

/** Reports whether `x` is a release candidate or the like. */
export function isPrerelease(x: string): boolean {
  return parse(x).kind !== "";
}

/** The language version before that of `x`: `1.20` of `1.21.3`. */
export function prev(x: string): string {
  const { major, minor } = parse(x);
  if (compareDigits(minor, "1") <= 0) return major;
  const less = minor.replace(
    /([1-9])(0*)$/,
    (_, digit: string, zeros: string) => `${Number(digit) - 1}${"9".repeat(zeros.length)}`,
  );
  return `${major}.${less.replace(/^0(?=.)/, "")}`;
}
