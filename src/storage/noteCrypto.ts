import { createPublicKey, hash, verify } from "node:crypto";
import type { VerifierCrypto } from "../gomod/note.ts";

/** What stands before the 32 bytes of an Ed25519 key (RFC 8410). */
const spki = Buffer.from("302a300506032b6570032100", "hex");

/** Node's SHA-256 and Ed25519, for the notes and logs of gomod. */
export const nodeNoteCrypto: VerifierCrypto = {
  sha256: (data) => hash("sha256", data, "buffer"),
  verify(publicKey, message, signature) {
    try {
      const key = createPublicKey({ key: Buffer.concat([spki, publicKey]), format: "der", type: "spki" });
      return verify(null, message, key, signature);
    } catch {
      // Not a key, or not a signature.
      return false;
    }
  },
};
