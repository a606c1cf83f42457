import { decodeBase64 } from "../base64.ts";
import { ModuleError } from "../error.ts";
import { isValidName, leadingUint32 } from "./key.ts";

/** A text and who has signed it. */
export interface Note {
  /** Ends with a line end. */
  readonly text: string;
  /** Those that were verified. */
  readonly sigs: readonly Signature[];
  /** Those by keys that are not known: they may say anything. */
  readonly unverifiedSigs: readonly Signature[];
}

/** A line under a note: `— <name> <base64>`. */
export interface Signature {
  readonly name: string;
  /** The key's hash, 32 bits. */
  readonly hash: number;
  /** Of four bytes for the key's hash, and of the signature proper. */
  readonly base64: string;
}

/** A note whose every signature is by a key that is not known. */
export class UnverifiedNoteError extends ModuleError {
  /** What it says, which nobody vouches for. */
  readonly note: Note;

  constructor(note: Note) {
    super("unverifiedNote", "note has no verifiable signatures");
    this.name = "UnverifiedNoteError";
    this.note = note;
  }
}

export function malformedNote(): ModuleError {
  return new ModuleError("invalidNote", "malformed note");
}

/** What each line with a signature begins with. */
const signaturePrefix = "— ";

export function formatSignature({ name, base64 }: Pick<Signature, "name" | "base64">): string {
  return `${signaturePrefix}${name} ${base64}\n`;
}

/** Parses a signature's line without its end. @throws ModuleError `invalidNote`. */
export function parseSignature(line: string): { readonly signature: Signature; readonly bytes: Uint8Array } {
  if (!line.startsWith(signaturePrefix)) throw malformedNote();
  const [, name = "", base64 = ""] = /^([^ ]*) ?(.*)$/s.exec(line.slice(signaturePrefix.length)) ?? [];
  const encoded = decodeBase64(base64);
  if (encoded === undefined || encoded.length < 5 || !isValidName(name)) throw malformedNote();
  return { signature: { name, hash: leadingUint32(encoded), base64 }, bytes: encoded.subarray(4) };
}

/** Checks a signature that was there before; its base64 may be by anybody's hand. @throws ModuleError `invalidNote`. */
export function checkSignature({ hash, base64 }: Signature): void {
  const encoded = decodeBase64(base64);
  if (encoded === undefined || encoded.length < 4 || leadingUint32(encoded) !== hash) throw malformedNote();
}
