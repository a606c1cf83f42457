/**
 * How keys are written (golang.org/x/mod/sumdb/note, "Generating Keys"):
 *
 *     <name>+<hash>+<key>               a verifier key, which everybody may know
 *     PRIVATE+KEY+<name>+<hash>+<key>   a signer key, which must be kept secret
 *
 * `<hash>` is eight hexadecimal digits, `<key>` the base64 of one byte for the algorithm, 1 for Ed25519, and of 32 bytes:
 * the public key, or the seed of the private one (RFC 8032). The hash is the same in both: the first four bytes of the
 * SHA-256 of the name, a line end, the algorithm and the public key.
 */
import { decodeBase64, encodeBase64 } from "../base64.ts";
import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";
import { encodeUtf8, fields } from "../utf8.ts";

const algorithmEd25519 = 1;
const keySize = 32;

/** A verifier key taken apart. */
export interface VerifierKey {
  readonly name: string;
  readonly keyHash: number;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A signer key taken apart. Its hash is the public key's, and not checked yet. */
export interface SignerKey {
  readonly name: string;
  readonly keyHash: number;
  /** 32 bytes, secret. */
  readonly seed: Uint8Array;
}

/** Reports whether a key may have that name: not empty, no space of Unicode's, no plus. */
export function isValidName(name: string): boolean {
  return name.isWellFormed() && !name.includes("+") && fields(name)[0] === name;
}

/** The four bytes, as a number, by which signatures name their key. */
function keyHash(name: string, publicKey: Uint8Array, sha256: Sha256): number {
  return hashOf(name, withAlgorithm(publicKey), sha256);
}

/** @throws ModuleError `invalidKey`: `malformed verifier id`, `invalid verifier hash`, `unknown verifier algorithm`. */
export function parseVerifierKey(text: string, sha256: Sha256): VerifierKey {
  const { name, hash, algorithm, key, encoded } = parseKey(text);
  if (hash !== hashOf(name, encoded, sha256)) throw invalidKey("invalid verifier hash");
  checkAlgorithm(algorithm, key);
  return { name, keyHash: hash, publicKey: key };
}

/** @throws ModuleError `invalidKey`. The message never holds any of the key; its words are Go's, "verifier" included. */
export function parseSignerKey(text: string): SignerKey {
  const prefix = "PRIVATE+KEY+";
  if (!text.startsWith(prefix)) throw malformed();
  const { name, hash, algorithm, key } = parseKey(text.slice(prefix.length));
  checkAlgorithm(algorithm, key);
  return { name, keyHash: hash, seed: key };
}

/** Refuses a signer key whose hash is not that of the public key which its seed gives. */
export function checkSignerHash({ name, keyHash: hash }: SignerKey, publicKey: Uint8Array, sha256: Sha256): void {
  if (keyHash(name, publicKey, sha256) !== hash) throw invalidKey("invalid verifier hash");
}

export function formatVerifierKey(name: string, publicKey: Uint8Array, sha256: Sha256): string {
  return formatKey(name, keyHash(name, publicKey, sha256), publicKey);
}

export function formatSignerKey(name: string, seed: Uint8Array, publicKey: Uint8Array, sha256: Sha256): string {
  return `PRIVATE+KEY+${formatKey(name, keyHash(name, publicKey, sha256), seed)}`;
}

/** Eight lower-case hexadecimal digits. */
export function formatKeyHash(hash: number): string {
  return hash.toString(16).padStart(8, "0");
}

function formatKey(name: string, hash: number, key: Uint8Array): string {
  return `${name}+${formatKeyHash(hash)}+${encodeBase64(withAlgorithm(key))}`;
}

interface ParsedKey {
  readonly name: string;
  readonly hash: number;
  readonly algorithm: number;
  readonly key: Uint8Array;
  /** The algorithm and the key. */
  readonly encoded: Uint8Array;
}

function parseKey(text: string): ParsedKey {
  const [, name = "", hash = "", base64 = ""] = /^([^+]*)\+([0-9A-Fa-f]{8})\+(.*)$/s.exec(text) ?? [];
  const encoded = decodeBase64(base64);
  const algorithm = encoded?.[0];
  if (encoded === undefined || algorithm === undefined || !isValidName(name)) throw malformed();
  return { name, hash: Number.parseInt(hash, 16), algorithm, key: encoded.subarray(1), encoded };
}

function checkAlgorithm(algorithm: number, key: Uint8Array): void {
  if (algorithm !== algorithmEd25519) throw invalidKey("unknown verifier algorithm");
  if (key.length !== keySize) throw malformed();
}

function malformed(): ModuleError {
  return invalidKey("malformed verifier id");
}

function invalidKey(message: string): ModuleError {
  return new ModuleError("invalidKey", message);
}

function withAlgorithm(key: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(1 + key.length);
  encoded[0] = algorithmEd25519;
  encoded.set(key, 1);
  return encoded;
}

function hashOf(name: string, encoded: Uint8Array, sha256: Sha256): number {
  const prefix = encodeUtf8(`${name}\n`);
  const data = new Uint8Array(prefix.length + encoded.length);
  data.set(prefix);
  data.set(encoded, prefix.length);
  return leadingUint32(sha256(data));
}

/** The first four bytes, the most significant first. */
export function leadingUint32(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0);
}
