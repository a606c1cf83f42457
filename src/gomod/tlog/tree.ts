/**
 * Tree heads as a checksum database signs them (golang.org/design/25530-sumdb):
 *
 *     go.sum database tree
 *     <number of records>
 *     <hash in base64>
 *
 * More lines may follow, which older readers pass over. They are signed, and yet nothing may be read out of them: a client
 * that looked for go.sum lines there could be shown any (golang/go#80745).
 */
import { decodeBase64 } from "../base64.ts";
import { ModuleError } from "../error.ts";
import { encodeUtf8 } from "../utf8.ts";
import { formatHash, type Hash, hashSize } from "./hash.ts";

/** A tree by its size and its root's hash. */
export interface Tree {
  /** How many records it has. */
  readonly n: number;
  readonly hash: Hash;
}

const firstLine = "go.sum database tree\n";

/** In bytes; Go's limit. */
const maxTreeText = 1e6;

/** The text to sign. */
export function formatTree(tree: Tree): string {
  return `${firstLine}${tree.n}\n${formatHash(tree.hash)}\n`;
}

/** @throws ModuleError `invalidTree`: `malformed tree note`. A tree of more than 2^53 - 1 records is one too. */
export function parseTree(text: string): Tree {
  const [, count = "", hash64 = ""] = /^go\.sum database tree\n(0|[1-9][0-9]*)\n([^\n]*)\n/.exec(text) ?? [];
  const n = Number(count);
  const hash = decodeBase64(hash64);
  if (count === "" || !Number.isSafeInteger(n) || hash?.length !== hashSize || isTooLong(text)) {
    throw new ModuleError("invalidTree", "malformed tree note");
  }
  return { n, hash };
}

function isTooLong(text: string): boolean {
  // A UTF-16 unit is at most three bytes.
  return text.length > maxTreeText / 3 && encodeUtf8(text).length > maxTreeText;
}
