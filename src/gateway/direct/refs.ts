// What `git ls-remote` tells of a repository, and the sums that the go command makes of it for `.info`'s Origin.
//
// Source: cmd/go/internal/modfetch/codehost/git.go, loadRefs and Tags.

import { createHash } from "node:crypto";
import { isPseudoVersion } from "../../gomod/pseudo.ts";
import { quote } from "../../gomod/quote.ts";
import { canonical } from "../../gomod/semver.ts";

/** Full name of a ref → what it points at; an annotated tag, at its commit. HEAD, branches and tags alone. */
export type Refs = ReadonlyMap<string, string>;

export interface Tag {
  readonly name: string;
  readonly hash: string;
}

const line = /^([0-9a-f]{40}|[0-9a-f]{64})\t(HEAD|refs\/(?:heads|tags)\/.+)$/;

export function parseRefs(text: string): Refs {
  const refs = new Map<string, string>();
  const peeled = new Map<string, string>();
  for (const row of text.split("\n")) {
    const [, hash = "", name = ""] = line.exec(row) ?? [];
    if (name === "" || /\s/.test(name)) continue;
    if (name.endsWith("^{}")) peeled.set(name.slice(0, -"^{}".length), hash);
    else refs.set(name, hash);
  }
  for (const [name, hash] of peeled) refs.set(name, hash);
  return refs;
}

/** The tags that begin so, by name; of one commit alone where `at` names it. There may be a million of them. */
export function tagsOf(refs: Refs, prefix: string, at?: string): readonly Tag[] {
  const start = `refs/tags/${prefix}`;
  const tags: Tag[] = [];
  for (const [name, hash] of refs) {
    if ((at === undefined || hash === at) && name.startsWith(start))
      tags.push({ name: name.slice("refs/tags/".length), hash });
  }
  return tags.sort((a, b) => byBytes(a.name, b.name));
}

/** As Go sorts texts. UTF-16 units come in another order above U+D7FF alone. */
function byBytes(a: string, b: string): number {
  if (wide.test(a) || wide.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

const wide = /[\ud800-\uffff]/;

/** Origin's TagSum. */
export function tagSum(tags: readonly Tag[], prefix: string): string {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const sum = createHash("sha256");
  for (const { name, hash } of tags) {
    if (countsForSum(name.startsWith(folder) ? name.slice(folder.length) : name))
      sum.update(`${quote(name)} ${hash}\n`);
  }
  return `t1:${sum.digest("base64")}`;
}

function countsForSum(tag: string): boolean {
  const version = canonical(tag);
  return version !== "" && tag.startsWith(version) && !isPseudoVersion(tag);
}
