/**
 * What stands between `/@v/` and `.info`, or behind the `@` of `go get`: a version, or a question that a version answers
 * (cmd/go/internal/modload/query.go).
 *
 *     v1.2.3                  that version, for ever the same; with `+incompatible` too
 *     v1.2.3+meta             the commit of that tag, which as a module has another version
 *     v1  v1.2                the highest v1.x.x, v1.2.x
 *     <v1.2.3 <= > >=         the nearest below or above
 *     latest upgrade patch    the highest; not below the current; of the current's minor
 *     master  1a2b3c  v1x     a branch, a tag or a commit
 *
 * Releases go before prereleases throughout. The module paths `go` and `toolchain` have versions of another kind; nobody
 * asks a proxy for them, as the go command turns them into golang.org/toolchain.
 */
import { ModuleError } from "./error.ts";
import { matchPathMajor, splitPathVersion } from "./major.ts";
import { isPseudoVersion } from "./pseudo.ts";
import { quote } from "./quote.ts";
import * as semver from "./semver.ts";
import { canonicalVersion, isCanonicalVersion, parseVersion, type Version } from "./version.ts";

/** Of a comparison with a version. */
export type Operator = "<=" | "<" | ">=" | ">";

/** The longer ones first. */
const operators: readonly Operator[] = ["<=", "<", ">=", ">"];

export type Query =
  /** One immutable version: the only kind whose answer may be kept for ever. */
  | { readonly kind: "version"; readonly version: Version }
  /** A complete version that is not canonical. Ask for it as a revision first, then for `canonical`. */
  | { readonly kind: "tag"; readonly revision: string; readonly canonical: Version }
  /** `v1` or `v1.2`. */
  | { readonly kind: "prefix"; readonly prefix: string }
  | { readonly kind: "comparison"; readonly operator: Operator; readonly version: string }
  | { readonly kind: "latest" }
  | { readonly kind: "upgrade" }
  | { readonly kind: "patch" }
  /** A branch, a tag that is no version, a commit. */
  | { readonly kind: "revision"; readonly revision: string };

/**
 * Tells what is asked, from the text alone.
 *
 * @throws ModuleError `invalidQuery` for a comparison with what is no version, or with a short one where it would be
 * unclear whether `<=v1.2` means v1.2.0 or all of v1.2.
 */
export function parseQuery(query: string): Query {
  if (query === "latest" || query === "upgrade" || query === "patch") return { kind: query };
  const operator = operators.find((o) => query.startsWith(o));
  if (operator !== undefined) return parseComparison(query, operator);
  if (!semver.isValid(query)) return { kind: "revision", revision: query };
  if (isShort(query)) return { kind: "prefix", prefix: query };
  if (isCanonicalVersion(query)) return { kind: "version", version: query };
  return { kind: "tag", revision: query, canonical: parseVersion(canonicalVersion(query)) };
}

function parseComparison(query: string, operator: Operator): Query {
  const version = query.slice(operator.length);
  if (!semver.isValid(version)) {
    throw new ModuleError("invalidQuery", `invalid semantic version ${quote(version)} in range ${quote(query)}`);
  }
  if (isShort(version) && (operator === "<=" || operator === ">")) {
    throw new ModuleError("invalidQuery", `ambiguous semantic version ${quote(version)} in range ${quote(query)}`);
  }
  return { kind: "comparison", operator, version };
}

/** Go's IsRevisionQuery: whether the query may name one revision, as against choosing among the versions there are. */
export function isRevisionQuery(query: string): boolean {
  if (query === "latest" || query === "upgrade" || query === "patch") return false;
  return !/^[<>]/.test(query) && !(semver.isValid(query) && isShort(query));
}

/** `v1` or `v1.2`. */
function isShort(version: string): boolean {
  return !/[-+]|\..*\./.test(version);
}

/** How a list of versions is to be searched for a query's answer. */
export interface QueryMatcher {
  /** Ask for the revision itself and look at no list. */
  readonly canStat: boolean;
  /** Only versions that begin so count. */
  readonly prefix: string;
  readonly preferLower: boolean;
  /** If the list has no answer, the module's latest commit may be one. */
  readonly mayUseLatest: boolean;
  /** `+incompatible` versions count even where a compatible one has a go.mod file. */
  readonly preferIncompatible: boolean;
  /** The other condition on a version. */
  readonly allows: (version: string) => boolean;
}

/**
 * Go's newQueryMatcher. `undefined` if the query is a revision, for which there is nothing to match.
 *
 * @param current The version now in use: empty if unknown or of no interest, `none` if there is none.
 * @throws ModuleError `invalidQuery`, or `noPatchBase` for `patch` without a current version.
 */
export function queryMatcher(path: string, query: string, current = ""): QueryMatcher | undefined {
  const parsed = parseQuery(query);
  if (parsed.kind === "revision") return undefined;
  return { ...anything, preferIncompatible: current.endsWith("+incompatible"), ...conditions(path, parsed, current) };
}

const anything: QueryMatcher = {
  canStat: false,
  prefix: "",
  preferLower: false,
  mayUseLatest: false,
  preferIncompatible: false,
  allows: () => true,
};

function conditions(path: string, query: Exclude<Query, { kind: "revision" }>, current: string): Partial<QueryMatcher> {
  if (query.kind === "latest") return { mayUseLatest: true };
  if (query.kind === "upgrade" || query.kind === "patch") {
    const isNew = current === "" || current === "none";
    if (isNew && query.kind === "upgrade") return { mayUseLatest: true };
    if (isNew) throw noPatchBase(path);
    return {
      mayUseLatest: isPseudoVersion(current),
      prefix: query.kind === "patch" ? `${semver.majorMinor(current)}.` : "",
      allows: (v) => semver.compare(v, current) >= 0,
    };
  }
  if (query.kind === "comparison") {
    const { operator, version } = query;
    return {
      ...incompatibleIfMeant(path, version),
      preferLower: operator.startsWith(">"),
      allows: (v) => fits[operator](semver.compare(v, version)),
    };
  }
  if (query.kind === "prefix") {
    // Not below v1.2.0, or v1.2 would match v1.2.0-rc1 (golang.org/issue/31972).
    return {
      ...incompatibleIfMeant(path, query.prefix),
      prefix: `${query.prefix}.`,
      allows: (v) => semver.compare(v, query.prefix) >= 0,
    };
  }
  const version = query.kind === "tag" ? query.revision : query.version;
  return {
    ...incompatibleIfMeant(path, version),
    canStat: true,
    prefix: semver.canonical(version),
    allows: (v) => semver.compare(v, version) === 0,
  };
}

function noPatchBase(path: string): ModuleError {
  return new ModuleError(
    "noPatchBase",
    `can't query version "patch" of module ${path}: no existing version is required`,
  );
}

const fits: Readonly<Record<Operator, (order: number) => boolean>> = {
  "<=": (order) => order <= 0,
  "<": (order) => order < 0,
  ">=": (order) => order >= 0,
  ">": (order) => order > 0,
};

/** Who asks for v2 of a path without /v2 means an incompatible version. */
function incompatibleIfMeant(path: string, version: string): Partial<QueryMatcher> {
  const split = splitPathVersion(path);
  const isCompatible = split !== undefined && matchPathMajor(version, split.pathMajor);
  return isCompatible ? {} : { preferIncompatible: true };
}

/**
 * The version of an ascending list that answers the query, if one does: a release before a prerelease, the nearest to the
 * bound (Go's filterVersions and queryProxy).
 *
 * `+incompatible` versions, which are above all compatible ones, count only if the highest compatible one has no go.mod
 * file: where there is one, the author uses modules, and the plain path means v0 and v1 (golang.org/issue/34165).
 *
 * @param hasGoMod Whether that version has a go.mod file; asked at most once.
 */
export async function chooseVersion(
  matcher: QueryMatcher,
  versions: readonly string[],
  hasGoMod: (version: string) => boolean | Promise<boolean>,
): Promise<string | undefined> {
  const matching = versions.filter((v) => v.startsWith(matcher.prefix) && matcher.allows(v));
  const candidates = matcher.preferIncompatible ? matching : await withoutIncompatible(matching, hasGoMod);
  const releases = candidates.filter((v) => semver.prerelease(v) === "");
  const pool = releases.length > 0 ? releases : candidates;
  return matcher.preferLower ? pool[0] : pool.at(-1);
}

async function withoutIncompatible(
  versions: readonly string[],
  hasGoMod: (version: string) => boolean | Promise<boolean>,
): Promise<readonly string[]> {
  const isIncompatible = (v: string): boolean => v.endsWith("+incompatible");
  const firstCompatible = versions.findIndex((v) => !isIncompatible(v));
  if (firstCompatible < 0) return versions;
  const next = versions.findIndex((v, i) => i > firstCompatible && isIncompatible(v));
  const lastCompatible = next < 0 ? undefined : versions[next - 1];
  if (lastCompatible === undefined || !(await hasGoMod(lastCompatible))) return versions;
  return versions.slice(0, next);
}
