// What versions a package.json lets in, by npm's own rules: https://docs.npmjs.com/cli/using-npm/package-spec and
// https://docs.npmjs.com/about-semantic-versioning. `^0.2.3` keeps below 0.3.0, since each minor version of 0 may break.
import semver from "semver";

/**
 * How far a range reaches. `exact`: one version; `compatible`: nothing that may break; `zero`: 0.x versions that may break one
 * another; `majors`: several majors, up to one that is named; `open`: every version there will ever be.
 */
export type Reach = "exact" | "compatible" | "zero" | "majors" | "open";

export interface Spec {
  /** `elsewhere`: a folder, an address, a git repository, or another tool's protocol: no range of a registry's versions. */
  readonly kind: "range" | "tag" | "elsewhere";
  /** The range itself: of `npm:other@^1`, `^1`. */
  readonly range: string;
  readonly reach: Reach;
  /** For a person: `>=1.2.3 <2.0.0`. */
  readonly allows: string;
}

export function readSpec(written: string): Spec {
  const range = (/^npm:(?:@[^@/]+\/)?[^@/]+@?(.*)$/.exec(written.trim())?.[1] ?? written).trim();
  const read = parse(range);
  if (read !== undefined) return { kind: "range", range, reach: reachOf(read), allows: allowed(read) };
  return /^[a-z][\w.-]*$/i.test(range)
    ? { kind: "tag", range, reach: "open", allows: `what the registry calls ${range}` }
    : { kind: "elsewhere", range, reach: "exact", allows: "what lies there" };
}

/** Whether a version is in a range; undefined where that is for others to say: tags, folders, versions that are none. */
export function satisfies(version: string, spec: Spec): boolean | undefined {
  if (spec.kind !== "range" || semver.valid(version, true) === null) return undefined;
  // As arborist's dep-valid.js: `*` takes pre-releases, too.
  const { range } = spec;
  return semver.validRange(range, true) === "*" || semver.satisfies(version, range, true);
}

/** The first version within an open range that may break what was written for its lowest. */
export function firstBreaking({ range }: Spec): string | undefined {
  const read = parse(range);
  const lowest = read === undefined ? null : semver.minVersion(read);
  return lowest === null || lowest.version === "0.0.0" ? undefined : breakingAfter(lowest);
}

/** The narrowest caret range that has a version: `^1.2.3`. */
export function caret(version: string): string | undefined {
  const read = semver.valid(version);
  return read === null ? undefined : `^${read}`;
}

function parse(range: string): semver.Range | undefined {
  try {
    return new semver.Range(range, { loose: true });
  } catch {
    return undefined;
  }
}

function reachOf(range: semver.Range): Reach {
  if (range.set.some((all) => all.every(({ operator }) => operator === ">" || operator === ">=" || isAny(range, all))))
    return "open";
  const [first] = range.set;
  if (range.set.length === 1 && first?.length === 1 && first[0]?.operator === "") return "exact";
  const lowest = semver.minVersion(range);
  if (lowest === null) return "compatible";
  if (semver.intersects(range, `>=${lowest.major + 1}.0.0`)) return "majors";
  return lowest.major === 0 && semver.intersects(range, `>=0.${lowest.minor + 1}.0`) ? "zero" : "compatible";
}

/** `*`, `x` and nothing at all are one comparator without a version. */
function isAny({ range }: semver.Range, all: readonly semver.Comparator[]): boolean {
  return all.length === 1 && all[0]?.value === "" && range.split("||").some((each) => /^\**$/.test(each.trim()));
}

/** The first version after one that may break what uses it. */
export function nextBreaking(version: string): string | undefined {
  const read = semver.parse(version, true);
  return read === null ? undefined : breakingAfter(read);
}

function breakingAfter({ major, minor, patch }: semver.SemVer): string {
  return major > 0 ? `${major + 1}.0.0` : minor > 0 ? `0.${minor + 1}.0` : `0.0.${patch + 1}`;
}

/** Without the `-0` that keeps pre-releases of the bound out. */
function allowed({ set }: semver.Range): string {
  const parts = set.map((all) => all.map(({ value }) => value.replace(/-0$/, "")).join(" "));
  return parts.some((each) => each === "") ? "any version" : parts.join(" || ");
}
