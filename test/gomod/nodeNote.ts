import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import type { SignerCrypto, VerifierCrypto } from "../../src/gomod/note.ts";
import type { Sha256 } from "../../src/gomod/sha256.ts";

// RFC 8410: what stands before the 32 bytes of a public key, and of a private one's seed.
const spki = Buffer.from("302a300506032b6570032100", "hex");
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");

export const sha256: Sha256 = (data) => hash("sha256", data, "buffer");

function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" });
}

/** Ed25519 of Node's. */
export const nodeCrypto: VerifierCrypto & SignerCrypto = {
  sha256,
  verify(publicKey, message, signature) {
    try {
      const key = createPublicKey({ key: Buffer.concat([spki, publicKey]), format: "der", type: "spki" });
      return verify(null, message, key, signature);
    } catch {
      return false;
    }
  },
  publicKey: (seed) => createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" }).subarray(-32),
  sign: (seed, message) => sign(null, message, privateKey(seed)),
};

/** Ed25519 of the browsers', which only promises: what passes with both is not bound to Node. */
export const webCrypto: VerifierCrypto & SignerCrypto = {
  sha256,
  async verify(publicKey, message, signature) {
    try {
      const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", key, signature, message);
    } catch {
      return false;
    }
  },
  async publicKey(seed) {
    const key = await crypto.subtle.importKey("pkcs8", Buffer.concat([pkcs8, seed]), "Ed25519", true, ["sign"]);
    const { x } = await crypto.subtle.exportKey("jwk", key);
    return Buffer.from(x ?? "", "base64url");
  },
  async sign(seed, message) {
    const key = await crypto.subtle.importKey("pkcs8", Buffer.concat([pkcs8, seed]), "Ed25519", false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("Ed25519", key, message));
  },
};
