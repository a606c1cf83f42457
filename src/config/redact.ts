/** What stands where a secret stood. */
export const mask = "***";

/** A key that holds a secret by its name: `token`, `authToken`, `db_password`, `clientSecret`, `API_KEY`. */
export function isSecretName(name: string): boolean {
  return /(token|password|passwd|passphrase|secret|api[-_]?key|private[-_]?key|credentials?)$/i.test(name);
}

/**
 * Masks what a URL, a list of URLs, or any text with URLs in it carries as credentials: the whole user information
 * (a lone user name is often a token) and the values of secret query parameters. Text that is no URL comes back as it was.
 *
 * The text may come from an attacker (an upstream's error), so no pattern here may backtrack without bound.
 */
export function redactUrl(text: string): string {
  return (
    text
      // scheme://user:password@host. In module paths an @ stands after the authority (/@v/list), which stays as it is.
      .replaceAll(/(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/?#"',|]{0,2000}@/gi, `$1${mask}@`)
      // A password with a raw slash ends the authority early: host:port whose port is no number.
      .replaceAll(
        /(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/?#@:[\]"',|]{1,200}:(?!\d{0,5}(?:[/?#\s"',|]|$))[^\s"',|]{0,2000}@/gi,
        `$1${mask}@`,
      )
      // user:password@host without a scheme, which GOPROXY allows.
      .replaceAll(/(^|[\s,|"'=(])[^\s,|"'/=@:()]{1,200}:[^\s,|/@"']{1,200}@(?=[\w.-])/g, `$1${mask}@`)
      .replaceAll(
        /([?&][\w.-]{0,60}(?:token|password|secret|signature|credential|key)=)[^&#\s"']{1,2000}/gi,
        `$1${mask}`,
      )
  );
}

/**
 * Masks secrets in any text that a person or a log may see: URL credentials, `Authorization` values, `password: …` and its
 * kin, and the known secrets that the caller names (values read from secret files, for example).
 */
export function redactSecrets(text: string, secrets: Iterable<string> = []): string {
  let result = text;
  for (const secret of secrets) {
    // A one-letter secret protects nothing, and masking it would destroy the text.
    if (secret.length >= 3) result = result.replaceAll(secret, mask);
  }
  return redactUrl(result)
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,4000}/gi, `$1 ${mask}`)
    .replaceAll(
      /((?:token|password|passwd|passphrase|secret|api[-_]?key|private[-_]?key)["']?\s{0,5}[:=]\s{0,5})(?!["']?\$\{|\{|\*\*\*)("[^"\n]{0,2000}"|'[^'\n]{0,2000}'|[^\s,;&]{1,2000})/gi,
      `$1${mask}`,
    );
}
