import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";
import { formatHash, type Hash } from "../tlog/hash.ts";
import type { HashReader } from "../tlog/hashReader.ts";
import { checkTree, proveTree } from "../tlog/treeProof.ts";
import { decodeUtf8 } from "../utf8.ts";
import type { Head } from "./head.ts";

/**
 * What the go command prints when a database has signed two histories: both signed heads, and the proof that the newer tree
 * has another hash (the first line of the proof) where the older one ended. With it anybody can check the accusation, also
 * when the database has mended its ways.
 *
 * @param hash What `newer` has for its first `older.tree.n` records.
 */
export async function forkReport(
  older: Head,
  newer: Head,
  hash: Hash,
  reader: HashReader,
  sha256: Sha256,
): Promise<string> {
  return [
    "SECURITY ERROR\n",
    "go.sum database server misbehavior detected!\n\n",
    `old database:\n\t${indented(older.note)}\n`,
    `new database:\n\t${indented(newer.note)}\n`,
    `proof of misbehavior:\n\t${formatHash(hash)}`,
    await proofText({ n: older.tree.n, hash }, newer, reader, sha256),
  ].join("");
}

function indented(note: Uint8Array): string {
  return decodeUtf8(note).replaceAll("\n", "\n\t");
}

async function proofText(older: Head["tree"], newer: Head, reader: HashReader, sha256: Sha256): Promise<string> {
  let proof;
  try {
    proof = await proveTree(newer.tree.n, older.n, reader, sha256);
  } catch (error) {
    return `\tinternal error: ${error instanceof Error ? error.message : String(error)}\n`;
  }
  try {
    checkTree(proof, newer.tree, older, sha256);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return "\tinternal error: generated inconsistent proof\n";
  }
  return proof.map((hash) => `\n\t${formatHash(hash)}`).join("");
}
