import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";
import { checkSignerHash, formatSignerKey, formatVerifierKey, parseSignerKey } from "./key.ts";

/** Signs with one key. */
export interface Signer {
  /** The name of the server that the key belongs to. */
  readonly name: string;
  /** 32 bits, the verifier's. */
  readonly keyHash: number;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/**
 * What signing needs from outside, Ed25519 (RFC 8032). In Node:
 *
 *     const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex"); // RFC 8410: what stands before the 32 bytes
 *     const keyOf = (seed: Uint8Array) =>
 *       createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" });
 *     const crypto: SignerCrypto = {
 *       sha256: (data) => hash("sha256", data, "buffer"),
 *       publicKey: (seed) => createPublicKey(keyOf(seed)).export({ format: "der", type: "spki" }).subarray(-32),
 *       sign: (seed, message) => sign(null, message, keyOf(seed)),
 *     };
 */
export interface SignerCrypto {
  readonly sha256: Sha256;
  /** The 32 bytes of the public key that belongs to a seed of 32 bytes. */
  publicKey(seed: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** The 64 bytes of the signature. */
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A new pair of written keys. */
export interface KeyPair {
  /** `PRIVATE+KEY+…`: to be kept secret. */
  readonly signerKey: string;
  readonly verifierKey: string;
}

/**
 * The signer of a written key, `PRIVATE+KEY+sum.example.com+1a2b3c4d+AbC…`.
 *
 * @throws ModuleError `invalidKey`: `malformed verifier id`, `unknown verifier algorithm`, `invalid verifier hash`; never
 * with any of the key in it.
 */
export async function newSigner(signerKey: string, crypto: SignerCrypto): Promise<Signer> {
  const key = parseSignerKey(signerKey);
  checkSignerHash(key, await crypto.publicKey(key.seed), crypto.sha256);
  return { name: key.name, keyHash: key.keyHash, sign: (message) => crypto.sign(key.seed, message) };
}

/**
 * Writes a pair of keys for a server.
 *
 * @param seed 32 bytes that nobody can guess: `crypto.getRandomValues(new Uint8Array(32))`.
 * @throws ModuleError `invalidKey` if the seed hasn't 32 bytes.
 */
export async function generateKey(seed: Uint8Array, name: string, crypto: SignerCrypto): Promise<KeyPair> {
  if (seed.length !== 32) throw new ModuleError("invalidKey", `invalid seed size ${seed.length}, expected 32`);
  const publicKey = await crypto.publicKey(seed);
  return {
    signerKey: formatSignerKey(name, seed, publicKey, crypto.sha256),
    verifierKey: formatVerifierKey(name, publicKey, crypto.sha256),
  };
}
