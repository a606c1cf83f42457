// Repositories that are found by the form of their path, without asking anybody.
//
// Source: cmd/go/internal/vcs/vcs.go, vcsPaths; https://go.dev/ref/mod#vcs-find

import { type DirectRule, ruleFor } from "./directOptions.ts";
import { SourceFailure } from "../source.ts";

/** Where a path's repository is. */
export interface Found {
  readonly root: string;
  readonly vcs: "git" | "mod";
  readonly url: string;
  readonly subdir: string;
}

const element = "[\\w.-]+";

const forms: readonly { readonly host: string; readonly root: RegExp }[] = [
  { host: "github.com", root: new RegExp(`^github\\.com/${element}/${element}(?=/|$)`) },
  { host: "bitbucket.org", root: new RegExp(`^bitbucket\\.org/${element}/${element}(?=/|$)`) },
  { host: "git.apache.org", root: /^git\.apache\.org\/[a-z0-9_.-]+\.git(?=\/|$)/ },
  { host: "git.openstack.org", root: new RegExp(`^git\\.openstack\\.org/${element}/${element}(?=/|$)`) },
];

/** `example.com/any/path.git/and/below` */
const named = /^((?:[a-z0-9.-]+\.)+[a-z0-9.-]+(?::[0-9]+)?(?:\/~?[\w.-]+)+?)\.(bzr|fossil|git|hg|svn)(?=\/|$)/;

/** undefined: the host has to be asked. Throws SourceFailure for what can't be a module's path there. */
export function findByForm(path: string, rules: readonly DirectRule[]): Found | undefined {
  const depth = ruleFor(rules, path)?.depth;
  if (depth !== undefined) {
    const elements = path.split("/");
    if (elements.length <= depth) {
      throw new SourceFailure(
        "not-found",
        `repositories are ${depth} elements below ${elements[0]}, by gateway.direct.rules`,
      );
    }
    return atRoot(elements.slice(0, depth + 1).join("/"));
  }
  for (const { host, root } of forms) {
    if (path !== host && !path.startsWith(`${host}/`)) continue;
    const [match] = root.exec(path) ?? [];
    if (match === undefined) throw new SourceFailure("not-found", `${path} is no repository of ${host}`);
    return atRoot(match);
  }
  const [root, , vcs] = named.exec(path) ?? [];
  if (root === undefined) return undefined;
  if (vcs !== "git")
    throw new SourceFailure("not-found", `${root}: version control by ${vcs} is not supported, only git`);
  return atRoot(root);
}

function atRoot(root: string): Found {
  return { root, vcs: "git", url: `https://${root}`, subdir: "" };
}
