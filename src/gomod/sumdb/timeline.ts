/**
 * The history of a database as its client knows it: the latest tree head, and that every other head it has signed is of the
 * same history, earlier or later. Whoever signs two histories is caught by the first client that sees a head of each.
 */
import { ModuleError } from "../error.ts";
import { open } from "../note/open.ts";
import type { Note } from "../note/signedText.ts";
import type { Verifiers } from "../note/verifier.ts";
import type { Sha256 } from "../sha256.ts";
import { equalHashes } from "../tlog/hash.ts";
import type { HashReader } from "../tlog/hashReader.ts";
import { parseTree, type Tree } from "../tlog/tree.ts";
import { treeHash } from "../tlog/treeHash.ts";
import { decodeUtf8 } from "../utf8.ts";
import type { ClientOps } from "./clientOps.ts";
import { explained } from "./explained.ts";
import { forkReport } from "./forkReport.ts";
import type { Head } from "./head.ts";
import type { TileSource } from "./tileSource.ts";

/** When a head is from, seen from the latest one that was known before it. */
type When = "past" | "now" | "future";

/** Other processes move the stored head forward now and then; more often than this they are no reason. */
const maxConflicts = 100;

export interface TimelineOptions {
  readonly ops: ClientOps;
  readonly name: string;
  readonly verifiers: Verifiers;
  readonly tiles: TileSource;
  readonly sha256: Sha256;
}

export class Timeline {
  readonly #options: TimelineOptions;
  #latest: Head;

  constructor(options: TimelineOptions) {
    this.#options = options;
    const none = new Uint8Array(0);
    this.#latest = { tree: { n: 0, hash: options.sha256(none) }, note: none };
  }

  get latest(): Tree {
    return this.#latest.tree;
  }

  /** Takes the stored head for the latest. */
  async load(): Promise<void> {
    await this.merge(await this.#stored());
  }

  /**
   * Takes in a signed head from anywhere, and stores it if it is the latest now.
   *
   * @throws ModuleError `securityError` if it is of another history; `inconsistentTile` if the tiles that would prove it are
   * bad; `unverifiedNote`, `invalidSignature`, `invalidNote`, `invalidTree` if it is no signed head.
   */
  async merge(note: Uint8Array): Promise<void> {
    if ((await this.#mergeInMemory(note)) !== "future") return;
    const { ops, name } = this.#options;
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      // What is stored may have moved on meanwhile, and be of another history than ours.
      const stored = await this.#stored();
      if ((await this.#mergeInMemory(stored)) !== "past") return;
      if ((await ops.writeConfig(latestFile(name), stored, this.#latest.note)) === "written") return;
    }
    throw new ModuleError("writeConflict", `${latestFile(name)}: write conflict, ${maxConflicts} times in a row`);
  }

  #stored(): Promise<Uint8Array> {
    return this.#options.ops.readConfig(latestFile(this.#options.name));
  }

  async #mergeInMemory(note: Uint8Array): Promise<When> {
    if (note.length === 0) return this.#latest.tree.n === 0 ? "now" : "past";
    const head = await this.#open(note);
    for (;;) {
      // Others move the latest head while we wait for tiles; so look again after each check.
      const latest = this.#latest;
      if (head.tree.n <= latest.tree.n) {
        await this.#check(head, latest);
        return head.tree.n < latest.tree.n ? "past" : "now";
      }
      await this.#check(latest, head);
      if (this.#latest !== latest) continue;
      this.#latest = head;
      return "future";
    }
  }

  async #open(note: Uint8Array): Promise<Head> {
    const { text } = await readingAs<Note>("tree note", "note", decodeUtf8(note), () =>
      open(note, this.#options.verifiers),
    );
    const tree = await readingAs<Tree>("tree", "tree", text, () => parseTree(text));
    return { tree, note };
  }

  /** Checks that `newer` begins with `older`. */
  async #check(older: Head, newer: Head): Promise<void> {
    const { ops, tiles, sha256 } = this.#options;
    await tiles.withHashes(newer.tree, async (reader) => {
      const hash = await this.#hashIn(older.tree, newer.tree, reader);
      if (equalHashes(hash, older.tree.hash)) return;
      ops.securityError(await forkReport(older, newer, hash, reader, sha256));
      throw new ModuleError("securityError", "security error: misbehaving server");
    });
  }

  /** The hash that `newer` has for its first `older.n` records. */
  async #hashIn(older: Tree, newer: Tree, reader: HashReader): Promise<Uint8Array> {
    try {
      return await treeHash(older.n, reader, this.#options.sha256);
    } catch (error) {
      const against = older.n === newer.n ? "" : ` against tree#${newer.n}`;
      throw explained(`checking tree#${older.n}${against}`, error);
    }
  }
}

function latestFile(name: string): string {
  return `${name}/latest`;
}

/** Says what was being read, and shows it: a wrong answer's first line often tells why. */
async function readingAs<T>(what: string, label: string, text: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new ModuleError(error.code, `reading ${what}: ${error.message}\n${label}:\n${text}`, { cause: error });
  }
}
