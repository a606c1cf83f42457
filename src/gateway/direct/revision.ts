// One request's view of a repository: its refs as of now, revisions resolved, files read.
//
// Source: cmd/go/internal/modfetch/codehost/git.go. Where its answers depend on what an earlier command has left on the disk,
// this gives what it gives with an empty one.

import { compare } from "../../gomod/semver.ts";
import { commitLimit, isHash, type Mirror, unknownRevision } from "./mirror.ts";
import { nearestTags } from "./nearestTags.ts";
import { type Refs, type Tag, tagsOf } from "./refs.ts";

/** A commit, and how it was asked for. */
export interface Revision {
  readonly hash: string;
  /** 12 digits. */
  readonly short: string;
  readonly time: Date;
  /** The tag that was asked for, or the hash. */
  readonly version: string;
  /** All tags at this commit, in order. */
  readonly tags: readonly string[];
  /** The ref that led here. */
  readonly ref: string | undefined;
}

export class Revisions {
  readonly mirror: Mirror;
  readonly #stats = new Map<string, Promise<Revision>>();
  readonly #maxAgeMs: number;
  #refs: Promise<Refs> | undefined;

  constructor(mirror: Mirror, maxAgeMs: number) {
    this.mirror = mirror;
    this.#maxAgeMs = maxAgeMs;
  }

  refs(): Promise<Refs> {
    return (this.#refs ??= this.mirror.refs(this.#maxAgeMs));
  }

  async tags(prefix: string): Promise<readonly Tag[]> {
    return tagsOf(await this.refs(), prefix);
  }

  /** What the default branch is at; undefined for a repository without commits. */
  async head(): Promise<Revision | undefined> {
    const hash = (await this.refs()).get("HEAD");
    return hash === undefined ? undefined : { ...(await this.stat(hash)), ref: "HEAD" };
  }

  /** Resolves a tag, a branch, or a commit by its hash or the beginning of it. Throws SourceFailure. */
  stat(rev: string): Promise<Revision> {
    let found = this.#stats.get(rev);
    if (found === undefined) this.#stats.set(rev, (found = this.#stat(rev)));
    return found;
  }

  async #stat(rev: string): Promise<Revision> {
    let refs = await this.refs();
    let named = find(refs, rev);
    if (named === undefined && this.#maxAgeMs > 0 && !isHash(rev)) {
      // It may be newer than the list that was kept.
      this.#refs = this.mirror.refs(0);
      refs = await this.#refs;
      named = find(refs, rev);
    }
    if (named === "ambiguous") throw unknownRevision(`${rev} (ambiguous)`, []);
    if (named === undefined && !isHash(rev)) throw unknownRevision(rev, nearestTags(rev, tagsOf(refs, "")));
    if (named === undefined) return this.#unnamed(rev, refs);
    const { ref, hash } = named;
    await this.mirror.have(hash, ref);
    const commit = await this.#commit(hash);
    if (commit === undefined) throw unknownRevision(`${rev}, which is no commit,`, []);
    // The go command fetches what HEAD is at by its hash, and so forgets where it had that from.
    return this.#described(commit, rev, refs, ref === "HEAD" ? undefined : ref);
  }

  /** A commit that no ref is at. */
  async #unnamed(rev: string, refs: Refs): Promise<Revision> {
    let commit = await this.#commit(rev);
    if (commit === undefined) {
      await this.mirror.haveAll(refs);
      commit = await this.#commit(rev);
    }
    if (commit === undefined) throw unknownRevision(rev, []);
    return this.#described(commit, rev, refs, undefined);
  }

  #described(commit: { hash: string; time: Date }, rev: string, refs: Refs, ref: string | undefined): Revision {
    const { hash, time } = commit;
    const tags = tagsOf(refs, "", hash).map(({ name }) => name);
    return { hash, short: hash.slice(0, 12), time, version: tags.includes(rev) ? rev : hash, tags, ref };
  }

  async #commit(rev: string): Promise<{ hash: string; time: Date } | undefined> {
    const object = await this.mirror.object(`${rev}^{commit}`, commitLimit);
    if (object === undefined || object.type !== "commit") return undefined;
    const [headers = ""] = object.content.toString("latin1").split("\n\n", 1);
    const seconds = Number(/^committer .*> (-?\d+) [+-]\d+$/m.exec(headers)?.[1]);
    return Number.isNaN(seconds) ? undefined : { hash: object.hash, time: new Date(seconds * 1000) };
  }

  /** A file as it is in the commit; undefined: there is none. */
  async file(rev: string, path: string, limit: number): Promise<Buffer | undefined> {
    const { hash } = await this.stat(rev);
    const object = await this.mirror.object(`${hash}:${path}`, limit);
    return object?.type === "blob" ? object.content : undefined;
  }

  /** The highest tag, by version after `prefix`, at the commit or before it, of those that are allowed. */
  async recentTag(
    rev: string,
    prefix: string,
    allowed: (tag: string) => Promise<boolean>,
  ): Promise<string | undefined> {
    const { hash } = await this.stat(rev);
    const candidates = new Set((await this.tags(prefix)).map(({ name }) => name));
    if (![...candidates].some((tag) => tag.startsWith(`${prefix}v`))) return undefined;
    await this.mirror.haveAll(await this.refs());
    const { stdout } = await this.mirror.local([
      "for-each-ref",
      "--format=%(refname)",
      `--merged=${hash}`,
      "refs/tags/",
    ]);
    let highest = "";
    for (const row of stdout.toString("utf8").split("\n")) {
      const tag = row.slice("refs/tags/".length);
      if (!candidates.has(tag) || compare(tag.slice(prefix.length), highest) <= 0 || !(await allowed(tag))) continue;
      highest = tag.slice(prefix.length);
    }
    return highest === "" ? undefined : prefix + highest;
  }

  async descendsFrom(rev: string, tag: Tag): Promise<boolean> {
    const { hash } = await this.stat(rev);
    await this.mirror.haveAll(await this.refs());
    return (await this.mirror.local(["merge-base", "--is-ancestor", tag.hash, hash])).status === 0;
  }
}

function find(refs: Refs, rev: string): { ref: string; hash: string } | "ambiguous" | undefined {
  for (const ref of [`refs/tags/${rev}`, `refs/heads/${rev}`, ...(rev === "HEAD" ? ["HEAD"] : [])]) {
    const hash = refs.get(ref);
    if (hash !== undefined) return { ref, hash };
  }
  if (!isHash(rev)) return undefined;
  let found: { ref: string; hash: string } | undefined;
  for (const [ref, hash] of refs) {
    if (!hash.startsWith(rev)) continue;
    if (found !== undefined && found.hash !== hash) return "ambiguous";
    if (found === undefined || ref < found.ref) found = { ref, hash };
  }
  return found;
}
