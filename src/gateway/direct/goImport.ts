// The `<meta name="go-import">` tags of a page. The page is a stranger's; only its head is looked at.
//
// Source: cmd/go/internal/vcs/discovery.go; https://go.dev/ref/mod#vcs-find

import { hasPathPrefix } from "./directOptions.ts";

export interface GoImport {
  readonly prefix: string;
  readonly vcs: string;
  readonly root: string;
  /** Folder below the repository's root. */
  readonly subdir: string;
}

const tag = /<!--[\s\S]*?(?:-->|$)|<\/head\s*>|<body[\s>]|<meta\b((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;

/** In order, those of VCS `mod` first, and in place of others with the same prefix. */
export function parseGoImports(html: string): readonly GoImport[] {
  const found: GoImport[] = [];
  for (const [whole, inside] of html.matchAll(tag)) {
    if (whole.startsWith("<!--")) continue;
    if (inside === undefined) break;
    const attributes = new Map<string, string>();
    for (const [, name = "", a, b, c] of inside.matchAll(attribute))
      attributes.set(name.toLowerCase(), a ?? b ?? c ?? "");
    if (attributes.get("name") !== "go-import") continue;
    const fields = unescape(attributes.get("content") ?? "")
      .split(/\s+/)
      .filter((field) => field !== "");
    const [prefix, vcs, root, subdir = ""] = fields;
    if (prefix === undefined || vcs === undefined || root === undefined || fields.length > 4) continue;
    found.push({ prefix, vcs, root, subdir });
  }
  const mods = found.filter(({ vcs }) => vcs === "mod");
  const taken = new Set(mods.map(({ prefix }) => prefix));
  return [...mods, ...found.filter(({ vcs, prefix }) => vcs !== "mod" && !taken.has(prefix))];
}

/** The one for a path; several that fit are a mistake of the page. */
export function matchGoImport(imports: readonly GoImport[], path: string): GoImport | "several" | undefined {
  const [first, second] = imports.filter(({ prefix }) => hasPathPrefix(path, prefix));
  if (first !== undefined && second !== undefined && !(first.vcs === "mod" && second.vcs !== "mod")) return "several";
  return first;
}

function unescape(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39|#x2F|#47);/gi, (_, name: string) => {
    const known: Readonly<Record<string, string>> = {
      amp: "&",
      lt: "<",
      gt: ">",
      quot: '"',
      "#39": "'",
      "#x2f": "/",
      "#47": "/",
    };
    return known[name.toLowerCase()] ?? "";
  });
}
