// What an operator says of hosts that modules come from straight from git. Plain data: workers get it sent.

/** What holds for the repositories below a host or a path of one. The rule with the longest prefix counts. */
export interface DirectRule {
  /** `git.corp.example` or `git.corp.example/team`: whole path elements. */
  readonly prefix: string;
  /** Put in the place of `https://<prefix>`; undefined: it is fetched from there. */
  readonly url: string | undefined;
  /** A repository is so many path elements below the host; undefined: the host is asked (`?go-get=1`). */
  readonly depth: number | undefined;
  readonly user: string | undefined;
  readonly token: string | undefined;
  /** A command of the shell whose first line of output is the token. */
  readonly tokenCommand: string | undefined;
  /** Path of the private key. */
  readonly sshKey: string | undefined;
  /** Path of the file with the hosts' keys. */
  readonly knownHosts: string | undefined;
}

export interface DirectOptions {
  readonly rules: readonly DirectRule[];
  /** One git command may take so long. Milliseconds. */
  readonly timeoutMs: number;
  /** A mirror may take so many bytes. */
  readonly repositoryLimit: number;
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
