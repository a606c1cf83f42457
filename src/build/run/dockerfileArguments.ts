/**
 * The names that a Dockerfile's ARG instructions declare, in whatever stage. BuildKit ignores a `--build-arg` that nobody
 * declares, so this decides what is worth passing.
 */
export function declaredArguments(dockerfile: string): ReadonlySet<string> {
  const names = new Set<string>();
  const joined = dockerfile.replaceAll(/[ \t]*\\[ \t]*\r?\n(?:[ \t]*#.*\r?\n)*/g, " ");
  for (const [, list = ""] of joined.matchAll(/^[ \t]*ARG[ \t]+(.+)$/gim)) {
    // Values may be quoted and hold blanks: what follows a quoted value is looked at again only from the next blank on.
    for (const [, name = ""] of list.matchAll(/(?:^|\s)([A-Za-z_]\w*)(?:=(?:"[^"]*"|'[^']*'|[^\s"']*))?(?=\s|$)/g))
      names.add(name);
  }
  return names;
}
