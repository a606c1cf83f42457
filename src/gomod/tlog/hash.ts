import { decodeBase64, encodeBase64 } from "../base64.ts";
import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";

/** A SHA-256 that names a record or a subtree: {@link hashSize} bytes. */
export type Hash = Uint8Array;

/** In bytes. */
export const hashSize: number = 32;

/**
 * The hash of a record: SHA-256(0x00 ‖ data). The byte before tells records from nodes: without it, two hashes side by side
 * could be passed off as a record (RFC 6962, section 2.1).
 */
export function recordHash(data: Uint8Array, sha256: Sha256): Hash {
  const hashed = new Uint8Array(1 + data.length);
  hashed.set(data, 1);
  return sha256(hashed);
}

/** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Hash, right: Hash, sha256: Sha256): Hash {
  const hashed = new Uint8Array(1 + 2 * hashSize);
  hashed[0] = 1;
  hashed.set(left, 1);
  hashed.set(right, 1 + hashSize);
  return sha256(hashed);
}

/** Reports whether two hashes are the same; Go has `==` for it. */
export function equalHashes(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** In base64, as tree heads and error texts have it. */
export function formatHash(hash: Hash): string {
  return encodeBase64(hash);
}

/** @throws ModuleError `invalidHash`: `malformed hash`. */
export function parseHash(text: string): Hash {
  const hash = decodeBase64(text);
  if (hash?.length === hashSize) return hash;
  throw new ModuleError("invalidHash", "malformed hash");
}
