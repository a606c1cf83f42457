import { encodeBase64 } from "../base64.ts";
import { ModuleError } from "../error.ts";
import { encodeUtf8 } from "../utf8.ts";
import { formatKeyHash, isValidName } from "./key.ts";
import { checkSignature, formatSignature, malformedNote, type Note } from "./signedText.ts";
import type { Signer } from "./signer.ts";

/** A note's text, and the signatures that it has already. */
export type Unsigned = Pick<Note, "text"> & Partial<Note>;

/**
 * Signs a note: its text, an empty line, the signatures that it had, then the new ones. One that it had by a key that now
 * signs is left out.
 *
 * As in Go, the text is not checked to be one that `open` reads: it should hold no control character but line ends.
 *
 * @throws ModuleError `invalidNote` if the text doesn't end with a line end, or an old signature is malformed
 * (`malformed note`), or a signer's name can't be one (`invalid signer`).
 */
export async function sign(note: Unsigned, ...signers: readonly Signer[]): Promise<Uint8Array> {
  if (!note.text.endsWith("\n")) throw malformedNote();
  const text = encodeUtf8(note.text);
  const signing = new Set<string>();
  let added = "";
  for (const signer of signers) {
    const { name, keyHash } = signer;
    if (!isValidName(name)) throw new ModuleError("invalidNote", "invalid signer");
    signing.add(`${name}+${formatKeyHash(keyHash)}`);
    added += formatSignature({ name, base64: encodeSignature(keyHash, await signer.sign(text)) });
  }
  let kept = "";
  for (const signature of [...(note.sigs ?? []), ...(note.unverifiedSigs ?? [])]) {
    if (!isValidName(signature.name)) throw malformedNote();
    if (signing.has(`${signature.name}+${formatKeyHash(signature.hash)}`)) continue;
    checkSignature(signature);
    kept += formatSignature(signature);
  }
  return encodeUtf8(`${note.text}\n${kept}${added}`);
}

function encodeSignature(keyHash: number, signature: Uint8Array): string {
  const encoded = new Uint8Array(4 + signature.length);
  new DataView(encoded.buffer).setUint32(0, keyHash);
  encoded.set(signature, 4);
  return encodeBase64(encoded);
}
