// What a registry's answers link to. A client must come back to us for it, so each link is replaced by one of ours; only
// what a registry itself has linked to can be asked for that way.

/** A file that an answer linked to. */
export interface LinkedFile {
  /** Absolute; a registry chose it. */
  readonly url: URL;
  readonly name: string;
  /** The page that had the link: other sources have the same file on theirs. Without leading slash. */
  readonly page: string;
  /** `sha256=…`, where the link said so. */
  readonly hash: string;
}

/** More links than this are not kept: the oldest go. A file's link is used soon after its page was read. */
const maxLinks = 200_000;

export class Links {
  readonly #files = new Map<string, LinkedFile>();
  readonly #ids = new Map<string, string>();
  #next = 0;

  /** Our path for a file that an answer links to. */
  pathOf(file: LinkedFile): string {
    const known = this.#ids.get(file.url.href);
    if (known !== undefined) return `/-/linked/${known}/${encodeURIComponent(file.name)}`;
    const id = (this.#next++).toString(36);
    this.#files.set(id, file);
    this.#ids.set(file.url.href, id);
    if (this.#files.size > maxLinks) {
      const [oldest] = this.#files;
      if (oldest !== undefined) {
        this.#files.delete(oldest[0]);
        this.#ids.delete(oldest[1].url.href);
      }
    }
    return `/-/linked/${id}/${encodeURIComponent(file.name)}`;
  }

  find(path: string): LinkedFile | undefined {
    const id = /^\/-\/linked\/([0-9a-z]+)\/[^/]+$/.exec(path)?.[1];
    return id === undefined ? undefined : this.#files.get(id);
  }
}

const anchor = /(<a\s[^>]*?href\s*=\s*)(["'])([^"']*)\2/gi;

/** The links of a page of a Python index (PEP 503), moved. What they say behind the # stays. */
export function rewriteAnchors(html: string, pageUrl: URL, page: string, links: Links, own: string): string {
  return html.replaceAll(anchor, (whole: string, head: string, mark: string, href: string) => {
    const found = linkedFile(href, pageUrl, page);
    return found === undefined ? whole : `${head}${mark}${own}${links.pathOf(found.file)}${found.fragment}${mark}`;
  });
}

/** The file of that name, with that hash, on another source's page. */
export function findAnchor(html: string, pageUrl: URL, wanted: LinkedFile): URL | undefined {
  for (const [, , , href = ""] of html.matchAll(anchor)) {
    const found = linkedFile(href, pageUrl, wanted.page);
    if (found?.file.name === wanted.name && found.file.hash === wanted.hash) return found.file.url;
  }
  return undefined;
}

function linkedFile(href: string, pageUrl: URL, page: string): { file: LinkedFile; fragment: string } | undefined {
  const url = URL.parse(href.replaceAll("&amp;", "&"), pageUrl.href);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname.endsWith("/")) return undefined;
  const fragment = url.hash;
  url.hash = "";
  return { file: { url, name: lastOf(url), page, hash: fragment.slice(1) }, fragment };
}

function lastOf(url: URL): string {
  return decode(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
