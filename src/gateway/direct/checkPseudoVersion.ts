// Whether a pseudo-version is the one of its commit: revision, time, and a base tag that the commit descends from. Without
// these checks anybody could invent a version that outranks the real ones.
//
// Source: cmd/go/internal/modfetch/coderepo.go, validatePseudoVersion.

import { pathMajorPrefix } from "../../gomod/module.ts";
import { pseudoVersionBase, pseudoVersionRev, pseudoVersionTime } from "../../gomod/pseudo.ts";
import { ModuleError } from "../../gomod/error.ts";
import { compare, major } from "../../gomod/semver.ts";
import { SourceFailure } from "../source.ts";
import type { ModulePlace } from "./codeModule.ts";
import type { Revision, Revisions } from "./revision.ts";

/** Throws SourceFailure. */
export async function checkPseudoVersion(
  version: string,
  revision: Revision,
  place: ModulePlace,
  revisions: Revisions,
): Promise<void> {
  let fault;
  try {
    fault = await faultOf(version, revision, place, revisions);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    fault = error.message;
  }
  if (fault !== undefined) throw new SourceFailure("not-found", `invalid pseudo-version ${version}: ${fault}`);
}

async function faultOf(
  version: string,
  { hash, short, time, tags }: Revision,
  { folder, pathMajor }: ModulePlace,
  revisions: Revisions,
): Promise<string | undefined> {
  const rev = pseudoVersionRev(version);
  if (rev !== short) {
    if (rev.startsWith(short)) return `revision is longer than canonical (expected ${short})`;
    if (short.startsWith(rev)) return `revision is shorter than canonical (expected ${short})`;
    return `does not match short name of revision (expected ${short})`;
  }
  if (pseudoVersionTime(version).getTime() !== time.getTime()) {
    const expected = time.toISOString().slice(0, 19).replaceAll(/[-T:]/g, "");
    return `does not match version-control timestamp (expected ${expected})`;
  }
  const prefix = folder === "" ? "" : `${folder}/`;
  const base = pseudoVersionBase(version.replace(/\+incompatible$/, ""));
  if (base === "") {
    const lacksTag = pathMajorPrefix(pathMajor) === "" && major(version) === "v1";
    return lacksTag ? "major version without preceding tag must be v0, not v1" : undefined;
  }
  const own = tags.find((tag) => tag === prefix + base);
  if (own !== undefined) {
    return `tag (${own}) found on revision ${rev} is already canonical, so should not be replaced with a pseudo-version derived from that tag`;
  }
  let last = "";
  for (const tag of await revisions.tags(prefix + base)) {
    if (compare(tag.name.slice(prefix.length), base) !== 0) continue;
    last = tag.name;
    if (await revisions.descendsFrom(hash, tag)) return undefined;
  }
  return last === ""
    ? `preceding tag (${base}) not found`
    : `revision ${rev} is not a descendent of preceding tag (${last})`;
}
