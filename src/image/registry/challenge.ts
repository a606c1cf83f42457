// What a registry demands with a 401, and the Bearer token that answers it.
//
// Sources: RFC 9110 §11.6.1; distribution's docs/content/spec/auth/token.md.

export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const headerLimit = 8192;

/** The challenges of a WWW-Authenticate header, in order. The header is the registry's to write: read in one pass. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  // A name; then, where it is a parameter's, = and a value, quoted or bare.
  const item = /[\s,]*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/y;
  const text = header.slice(0, headerLimit);
  for (;;) {
    const match = item.exec(text);
    if (match === null) return challenges;
    const [, name = "", quoted, bare] = match;
    const value = quoted?.replaceAll(/\\(.)/g, "$1") ?? bare;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
}
