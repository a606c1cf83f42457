import { ModuleError } from "../error.ts";
import type { Sha256 } from "../sha256.ts";
import { formatKeyHash, formatVerifierKey, parseVerifierKey } from "./key.ts";

/** Verifies what one key has signed. */
export interface Verifier {
  /** The name of the server that the key belongs to. */
  readonly name: string;
  /** 32 bits; see {@link newVerifier}. */
  readonly keyHash: number;
  /** Whether `signature` is one of `message` by this key. An attacker chose both. */
  verify(message: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}

/**
 * What verifying needs from outside. In Node:
 *
 *     const spki = Buffer.from("302a300506032b6570032100", "hex"); // RFC 8410: what stands before the 32 bytes
 *     const crypto: VerifierCrypto = {
 *       sha256: (data) => hash("sha256", data, "buffer"),
 *       verify(publicKey, message, signature) {
 *         const key = createPublicKey({ key: Buffer.concat([spki, publicKey]), format: "der", type: "spki" });
 *         return verify(null, message, key, signature);
 *       },
 *     };
 */
export interface VerifierCrypto {
  readonly sha256: Sha256;
  /**
   * Ed25519 (RFC 8032): `publicKey` has 32 bytes, `signature` should have 64. What can't be a key or a signature is no
   * reason to throw: it doesn't verify.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}

/** The keys that are known. */
export interface Verifiers {
  /** The verifier of that name and hash; `undefined` where there is none, and Go has an UnknownVerifierError. */
  verifier(name: string, keyHash: number): Verifier | undefined;
}

/**
 * The verifier of a written key, `sum.example.com+1a2b3c4d+AbC…`.
 *
 * @throws ModuleError `invalidKey`: `malformed verifier id`, `invalid verifier hash`, `unknown verifier algorithm`.
 */
export function newVerifier(verifierKey: string, crypto: VerifierCrypto): Verifier {
  const { name, keyHash, publicKey } = parseVerifierKey(verifierKey, crypto.sha256);
  return { name, keyHash, verify: (message, signature) => crypto.verify(publicKey, message, signature) };
}

/**
 * The written verifier key of an Ed25519 public key (RFC 8032).
 *
 * @throws ModuleError `invalidKey` if it hasn't 32 bytes: `invalid public key size 31, expected 32`.
 */
export function newEd25519VerifierKey(name: string, publicKey: Uint8Array, sha256: Sha256): string {
  if (publicKey.length === 32) return formatVerifierKey(name, publicKey, sha256);
  throw new ModuleError("invalidKey", `invalid public key size ${publicKey.length}, expected 32`);
}

/**
 * The verifiers given. Asked for a name and hash that two of them share, it throws a ModuleError `invalidKey`,
 * `ambiguous key …`: somebody has made one on purpose, and nothing in that list is to be trusted.
 */
export function verifierList(...list: readonly Verifier[]): Verifiers {
  return {
    verifier(name, keyHash) {
      const [found, ...others] = list.filter((verifier) => verifier.name === name && verifier.keyHash === keyHash);
      if (others.length === 0) return found;
      throw new ModuleError("invalidKey", `ambiguous key ${name}+${formatKeyHash(keyHash)}`);
    },
  };
}
