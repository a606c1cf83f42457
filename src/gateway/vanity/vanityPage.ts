// What stands at a module's path: two meta elements for programs, a page for people.
//
// Source: https://go.dev/ref/mod#vcs-find; go-source: https://github.com/golang/gddo/wiki/Source-Code-Links

import type { VanityModule } from "./vanityRule.ts";

/** `repository` is the module's, or the gateway's own address; `importPath` is what was asked for. */
export function vanityPage({ root, rule }: VanityModule, repository: string, importPath: string): string {
  const source = sourceLinks(rule.source, repository, rule.branch);
  const docs = rule.docs?.replaceAll("{path}", importPath);
  const isWeb = /^https?:/.test(repository);
  const lines = [
    "<!DOCTYPE html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta name="go-import" content="${escape(`${root} ${rule.vcs} ${repository}`)}">`,
    ...(source === undefined ? [] : [`<meta name="go-source" content="${escape(`${root} ${source}`)}">`]),
    `<title>${escape(importPath)}</title>`,
    "</head>",
    "<body>",
    `<h1>${escape(importPath)}</h1>`,
    `<p>A Go module: <code>go get ${escape(root)}</code></p>`,
    ...(rule.vcs === "mod" || !isWeb
      ? [`<p>Source: <code>${escape(repository)}</code></p>`]
      : [`<p>Source: <a href="${escape(repository)}">${escape(repository)}</a></p>`]),
    ...(docs === undefined ? [] : [`<p>Documentation: <a href="${escape(docs)}">${escape(docs)}</a></p>`]),
    "</body>",
    "</html>",
  ];
  return `${lines.join("\n")}\n`;
}

/** Home, folder and line of a file, in go-source's placeholders. */
function sourceLinks(kind: VanityModule["rule"]["source"], repository: string, branch: string): string | undefined {
  const home = repository.replace(/\.git$/, "");
  switch (kind) {
    case "github":
      return `${home} ${home}/tree/${branch}{/dir} ${home}/blob/${branch}{/dir}/{file}#L{line}`;
    case "gitlab":
      return `${home} ${home}/-/tree/${branch}{/dir} ${home}/-/blob/${branch}{/dir}/{file}#L{line}`;
    case "gitea":
      return `${home} ${home}/src/branch/${branch}{/dir} ${home}/src/branch/${branch}{/dir}/{file}#L{line}`;
    case "none":
      return undefined;
  }
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
