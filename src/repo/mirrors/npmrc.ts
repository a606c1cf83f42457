// What .npmrc files say of registries and their credentials.

/** npm's registries of single scopes: `@team:registry=…`, by scope. */
export function npmScopes(files: readonly string[], env: NodeJS.ProcessEnv): ReadonlyMap<string, URL> {
  const scopes = new Map<string, URL>();
  for (const text of files) {
    for (const [key, value] of readNpmrc(text, env)) {
      const scope = /^(@[^:/]+):registry$/.exec(key)?.[1];
      const url = URL.parse(value.endsWith("/") ? value : `${value}/`);
      if (scope !== undefined && url !== null && !scopes.has(scope)) scopes.set(scope, url);
    }
  }
  return scopes;
}

/** What begins with `//` or `@`: lines `key=value` of an ini file, with `${NAME}` filled in as far as it is set, as npm does. */
export function* readNpmrc(text: string, env: NodeJS.ProcessEnv): Generator<readonly [string, string]> {
  for (const line of text.split(/\r?\n/)) {
    const [, key, raw] = /^\s*((?:\/\/|@)[^\s=]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || raw === undefined) continue;
    const value = raw.replace(/^(["'])(.*)\1$/, "$2");
    yield [key, value.replaceAll(/\$\{([^}?]+)\??\}/g, (whole, name: string) => env[name] ?? whole)];
  }
}
