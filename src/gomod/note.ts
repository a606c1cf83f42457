/**
 * Signed notes: golang.org/x/mod/sumdb/note under its own names. A note is text, and under an empty line a signature a
 * line; a checksum database signs its tree heads so.
 *
 *     go.sum database tree
 *     2
 *     nND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=
 *
 *     — sum.example.com AbCd…
 *
 * Each signature names its key, so that a verifier finds the right one and passes over those it doesn't know.
 * Cryptography is passed in, see {@link VerifierCrypto} and {@link SignerCrypto}.
 */
export { type KeyPair, generateKey, newSigner, type Signer, type SignerCrypto } from "./note/signer.ts";
export {
  newEd25519VerifierKey,
  newVerifier,
  type Verifier,
  type VerifierCrypto,
  verifierList,
  type Verifiers,
} from "./note/verifier.ts";
export { type Note, type Signature, UnverifiedNoteError } from "./note/signedText.ts";
export { open } from "./note/open.ts";
export { sign, type Unsigned } from "./note/sign.ts";
export type { Sha256 } from "./sha256.ts";
