/**
 * Whether a path from the root fits one of the patterns: `*` and `?` stay within a name, `**` goes over folders, and all of them
 * take names that begin with a dot, which Node's own globs do not.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const expression = new RegExp(patterns.map((pattern) => `^${expressionOf(pattern)}$`).join("|"), "s");
  return (path) => expression.test(path);
}

function expressionOf(pattern: string): string {
  const rooted = pattern.startsWith("/") ? pattern : `/${pattern}`;
  return rooted.replaceAll(/\/\*\*(?=\/)|\*+|\?|[^*?]/g, (part) => {
    if (part === "/**") return "(?:/.*)?";
    if (part === "?") return "[^/]";
    if (part.startsWith("*")) return part.length > 1 ? ".*" : "[^/]*";
    return part.replaceAll(/[$(-+.[-^{|}]/g, "\\$&");
  });
}
