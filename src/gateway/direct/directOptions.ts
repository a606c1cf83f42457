// What an operator says of hosts that modules come from straight from git. Plain data: workers get it sent.

import type { DirectRuleSettings } from "../../config/directSettings.ts";

/** What holds for the repositories below a host or a path of one. The rule with the longest prefix counts. */
export type DirectRule = DirectRuleSettings;

export interface DirectOptions {
  readonly rules: readonly DirectRule[];
  /** One git command may take so long. Milliseconds. */
  readonly timeoutMs: number;
  /** A mirror may take so many bytes. */
  readonly repositoryLimit: number;
  /** Patterns of modules whose repositories may be in a private network, wherever their hosts say that they are. */
  readonly trusted: string;
  /** git heeds the configuration of whoever runs this: rewritten addresses, credential helpers, ssh. */
  readonly userConfig: boolean;
}

/** The rule for a module path, or for a repository's host and path. */
export function ruleFor(rules: readonly DirectRule[], path: string): DirectRule | undefined {
  return rules
    .filter(({ prefix }) => hasPathPrefix(path, prefix))
    .reduce<DirectRule | undefined>(
      (best, rule) => (best === undefined || rule.prefix.length > best.prefix.length ? rule : best),
      undefined,
    );
}

/** True if `prefix` is the whole path or whole elements at its start. */
export function hasPathPrefix(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** Host and path of an address, as prefixes are matched against; undefined for what is none. */
export function placeOf(url: string): string | undefined {
  const parsed = URL.parse(url);
  return parsed === null ? undefined : `${parsed.host}${parsed.pathname}`.replace(/\/$/, "");
}
