// Which import paths are answered for, and with what. Pure.

/** A kind of forge, by the addresses of its pages for folders and lines. */
export type SourcePages = "github" | "gitlab" | "gitea" | "none";

/** Plain data: workers get it sent. */
export interface VanityRule {
  /** The module's path at the root of its repository; an element `*` stands for any one. */
  readonly prefix: string;
  readonly vcs: string;
  /** As many `*` as in the prefix at most, filled in order; undefined with `mod`: the gateway itself. */
  readonly repository: string | undefined;
  readonly source: SourcePages;
  readonly branch: string;
  /** Where documentation is: `https://docs.company.test/{path}`. */
  readonly docs: string | undefined;
}

/** A rule's answer for one import path. */
export interface VanityModule {
  readonly root: string;
  readonly repository: string | undefined;
  readonly rule: VanityRule;
}

/** What a wildcard may stand for: it goes into a repository's address. */
const element = /^(?!\.+$)[A-Za-z0-9._~-]+$/;

/** The rule that fits, the one with the longest prefix; at equal length the one with fewer wildcards. */
export function matchVanity(rules: readonly VanityRule[], importPath: string): VanityModule | undefined {
  const elements = importPath.split("/");
  if (!elements.every((each) => element.test(each))) return undefined;
  let best: { module: VanityModule; length: number; wildcards: number } | undefined;
  for (const rule of rules) {
    const wanted = rule.prefix.split("/");
    if (wanted.length > elements.length) continue;
    const filled: string[] = [];
    const fits = wanted.every((each, at) => {
      const given = elements[at] ?? "";
      if (each !== "*") return each === given;
      filled.push(given);
      return true;
    });
    if (!fits) continue;
    const isBetter =
      best === undefined ||
      wanted.length > best.length ||
      (wanted.length === best.length && filled.length < best.wildcards);
    if (!isBetter) continue;
    let next = 0;
    const repository = rule.repository?.replaceAll("*", () => filled[next++] ?? "");
    const root = elements.slice(0, wanted.length).join("/");
    best = { module: { root, repository, rule }, length: wanted.length, wildcards: filled.length };
  }
  return best?.module;
}
