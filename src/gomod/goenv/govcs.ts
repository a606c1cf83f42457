/**
 * GOVCS: which version control system may be started for which path (cmd/go/internal/vcs/vcs.go).
 *
 *     github.com:git,evil.com:off,private:all,public:git|hg
 *
 * The first rule whose pattern matches decides. Behind the setting's own rules there are always two more: anything for
 * private paths (those that GOPRIVATE matches), git and hg for public ones, because only these two have been hardened
 * against servers that nobody trusts.
 */
import { ModuleError } from "../error.ts";
import { matchPrefixPatterns } from "../pattern.ts";
import { quote } from "../quote.ts";
import { trimSpace } from "../utf8.ts";

/** `pattern` is `public`, `private` or a glob (see pattern.ts); `allowed` names systems, or is `all`, or `off`, which is none. */
export interface GovcsRule {
  readonly pattern: string;
  readonly allowed: readonly string[];
}

const defaultRules: readonly GovcsRule[] = [
  { pattern: "private", allowed: ["all"] },
  { pattern: "public", allowed: ["git", "hg"] },
];

/** Parses GOVCS, and adds the rules that always hold. @throws ModuleError `invalidSetting` with Go's text. */
export function parseGovcs(govcs: string): readonly GovcsRule[] {
  const text = trimSpace(govcs);
  if (text === "") return defaultRules;
  const itemOf = new Map<string, string>();
  const rules: GovcsRule[] = [];
  for (const part of text.split(",")) {
    const item = trimSpace(part);
    const rule = parseRule(item);
    const earlier = itemOf.get(rule.pattern);
    if (earlier !== undefined) throw invalid(`unreachable pattern in GOVCS: ${quote(item)} after ${quote(earlier)}`);
    itemOf.set(rule.pattern, item);
    if (rule.allowed.includes("")) throw invalid(`empty VCS name in GOVCS: ${quote(item)}`);
    rules.push(rule);
  }
  return [...rules, ...defaultRules];
}

function parseRule(item: string): GovcsRule {
  if (item === "") throw invalid("empty entry in GOVCS");
  const colon = item.indexOf(":");
  if (colon < 0) throw invalid(`malformed entry in GOVCS (missing colon): ${quote(item)}`);
  const pattern = trimSpace(item.slice(0, colon));
  const list = trimSpace(item.slice(colon + 1));
  if (pattern === "") throw invalid(`empty pattern in GOVCS: ${quote(item)}`);
  if (list === "") throw invalid(`empty VCS list in GOVCS: ${quote(item)}`);
  if (/^\.\.?(?:\/|$)/.test(pattern)) throw invalid(`relative pattern not allowed in GOVCS: ${quote(pattern)}`);
  return { pattern, allowed: list.split("|").map(trimSpace) };
}

function invalid(message: string): ModuleError {
  return new ModuleError("invalidSetting", message);
}

/**
 * Checks that `vcs` (`git`, `hg`, …) may be started for a repository root.
 *
 * @param root The import path of the repository's root, as a go-import meta tag names it.
 * @throws ModuleError `invalidSetting`: `GOVCS disallows using hg for public example.com/m; see 'go help vcs'`.
 */
export function checkGovcs(rules: readonly GovcsRule[], goprivate: string, root: string, vcs: string): void {
  const isPrivate = matchPrefixPatterns(goprivate, root);
  const rule = rules.find(({ pattern }) => {
    if (pattern === "private") return isPrivate;
    if (pattern === "public") return !isPrivate;
    return matchPrefixPatterns(pattern, root);
  });
  if (rule?.allowed.some((allowed) => allowed === vcs || allowed === "all") === true) return;
  const what = isPrivate ? "private" : "public";
  throw invalid(`GOVCS disallows using ${vcs} for ${what} ${root}; see 'go help vcs'`);
}
