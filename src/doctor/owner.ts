// Whose repository this is: what its owner publishes elsewhere is as much under their hand as what lies here.

import { repositoryPath } from "../repo/gitRefs.ts";
import type { Facts } from "./facts.ts";

/** In lower case: `team` of github.com/team/app, by the path of the module at the root and by git's origin. */
export function ownersOf({ go, git }: Facts): ReadonlySet<string> {
  const module = go?.modules.find(({ dir }) => dir === ".")?.path ?? "";
  const origin = git?.origin === undefined ? "" : (repositoryPath(git.origin) ?? "");
  return new Set(
    [module, origin].flatMap((path) => /^(?:github|gitlab)\.com\/([^/]+)\//.exec(`${path}/`)?.[1]?.toLowerCase() ?? []),
  );
}

/** `ghcr.io/team/build-env:latest` is team's own. */
export function isOwnImage(reference: string, owners: ReadonlySet<string>): boolean {
  return reference
    .toLowerCase()
    .split("/")
    .slice(0, -1)
    .some((part) => owners.has(part));
}
