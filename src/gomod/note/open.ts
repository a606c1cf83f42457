import { ModuleError } from "../error.ts";
import { decodeValidUtf8, encodeUtf8 } from "../utf8.ts";
import { formatKeyHash } from "./key.ts";
import { malformedNote, type Note, parseSignature, type Signature, UnverifiedNoteError } from "./signedText.ts";
import type { Verifiers } from "./verifier.ts";

/** A note with more signatures is refused, so that nobody makes us verify for ever. */
const maxSignatures = 100;

/**
 * Reads a signed note, which came from anybody, and verifies each signature whose key is known.
 *
 * A second signature by the same key is ignored, known or not: the first one counts.
 *
 * @throws ModuleError `invalidNote` (`malformed note`); `invalidSignature` as soon as one by a known key doesn't verify
 * (`invalid signature for key name+hash`), even if others would; `invalidKey` for an ambiguous key.
 * @throws UnverifiedNoteError if no key is known; it holds the note.
 */
export async function open(message: Uint8Array, known: Verifiers): Promise<Note> {
  const { text, lines } = split(message);
  const signed = encodeUtf8(text);
  const sigs: Signature[] = [];
  const unverified = new Map<string, Signature>();
  const seen = new Set<string>();
  for (const [i, line] of lines.entries()) {
    const { signature, bytes } = parseSignature(line);
    if (i >= maxSignatures) throw malformedNote();
    const { name, hash } = signature;
    const verifier = known.verifier(name, hash);
    if (verifier === undefined) {
      if (!unverified.has(line)) unverified.set(line, signature);
      continue;
    }
    if (verifier.name !== name || verifier.keyHash !== hash) {
      throw new ModuleError("invalidNote", "verifier name or hash doesn't match signature");
    }
    const key = `${name}+${formatKeyHash(hash)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (!(await verifier.verify(signed, bytes))) {
      throw new ModuleError("invalidSignature", `invalid signature for key ${key}`);
    }
    sigs.push(signature);
  }
  const note = { text, sigs, unverifiedSigs: [...unverified.values()] };
  if (sigs.length === 0) throw new UnverifiedNoteError(note);
  return note;
}

/** The text, up to the last empty line, and the lines behind it without their ends. */
function split(message: Uint8Array): { readonly text: string; readonly lines: readonly string[] } {
  const all = decodeValidUtf8(message);
  // oxlint-disable-next-line no-control-regex -- the ones that a note must not have
  if (all === undefined || /[\0-\x09\x0b-\x1f]/.test(all)) throw malformedNote();
  const end = all.lastIndexOf("\n\n");
  if (end < 0 || !all.endsWith("\n") || end + 2 === all.length) throw malformedNote();
  return { text: all.slice(0, end + 1), lines: all.slice(end + 2, -1).split("\n") };
}
