// npm asks its registry for every package's file, whatever host its lock file or a registry's document names: the path is left, the
// host is not (`replace-registry-host=always`). Here is where each really lies. Documents are passed on as they are, so that what
// npm writes into a lock file is what the registry said.

/** Where a file is to be asked for. */
export interface TarballPlace {
  /** Below every registry of the list; undefined: it belongs to none of them. */
  readonly relative: string | undefined;
  /** Where it lies by somebody's word, if that is outside of them. */
  readonly original: URL | undefined;
}

/** More than that are not remembered: the oldest go. */
const mostKnown = 200_000;

export class Tarballs {
  readonly #registries: readonly URL[];
  readonly #scopes: ReadonlyMap<string, URL>;
  readonly #byPath = new Map<string, URL>();

  /** Addresses of folders end with a slash. `known` is what a lock file names. */
  constructor(registries: readonly URL[], scopes: ReadonlyMap<string, URL>, known: readonly string[]) {
    this.#registries = registries;
    this.#scopes = scopes;
    for (const url of known) this.#remember(URL.parse(url));
  }

  /** Reads a packument or a manifest. Throws SyntaxError for what is no JSON. */
  read(document: string, base: URL): void {
    JSON.parse(document, (key: string, value: unknown) => {
      if (key === "tarball" && typeof value === "string") this.#remember(URL.parse(value, base.href));
      return value;
    });
  }

  /** `path` begins with a slash. */
  place(path: string): TarballPlace {
    const known = this.#byPath.get(path);
    const scope = /\/(@[^/]+)(?:\/|%2f)/i.exec(path)?.[1];
    const scoped = scope === undefined ? undefined : this.#scopes.get(scope);
    // npm asks a scope's registry for its documents by itself, so what these name is not known here.
    if (scoped !== undefined && (known === undefined || known.origin === scoped.origin))
      return { relative: undefined, original: known ?? new URL(path, scoped.origin) };
    if (known === undefined) return { relative: this.#stripped(path), original: undefined };
    const registry = this.#registries.find((base) => known.href.startsWith(base.href));
    return registry === undefined
      ? { relative: path.slice(1), original: known }
      : { relative: known.href.slice(registry.href.length), original: undefined };
  }

  /** A file's path at a registry that has one of its own: `/api/npm/left-pad/-/left-pad-1.0.0.tgz`. */
  #stripped(path: string): string {
    const base = this.#registries.find(({ pathname }) => pathname !== "/" && path.startsWith(pathname));
    const rest = base === undefined ? "" : path.slice(base.pathname.length);
    return /^(?:@[^/]+\/)?[^/]+\/-\//.test(rest) ? rest : path.slice(1);
  }

  #remember(url: URL | null): void {
    if (url === null || !/^https?:$/.test(url.protocol)) return;
    this.#byPath.set(url.pathname, url);
    const [oldest] = this.#byPath.keys();
    if (this.#byPath.size > mostKnown && oldest !== undefined) this.#byPath.delete(oldest);
  }
}
