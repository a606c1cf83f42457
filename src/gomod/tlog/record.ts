/**
 * Records as a checksum database serves them: the number, the text, an empty line. The text is UTF-8 with no control
 * characters but line ends, ends with one, and has no empty line, which would end the record early.
 */
import { ModuleError } from "../error.ts";
import { decodeValidUtf8, encodeUtf8 } from "../utf8.ts";

/** A record and what follows it. */
export interface ParsedRecord {
  /** Its number in the log, as the server says; negative ones are parsed too. */
  readonly id: number;
  /** What is hashed. The array shares its memory with the message. */
  readonly text: Uint8Array;
  /** What follows the record: the signed tree head, in the answer to a lookup. Shares its memory too. */
  readonly rest: Uint8Array;
}

/** @throws ModuleError `invalidRecord`: `malformed record data`. */
export function formatRecord(id: number, text: Uint8Array): Uint8Array {
  if (!isValidText(text)) throw malformed();
  const number = encodeUtf8(`${id}\n`);
  const message = new Uint8Array(number.length + text.length + 1);
  message.set(number);
  message.set(text, number.length);
  message[message.length - 1] = lineEnd;
  return message;
}

/** Parses the record that `message` begins with. @throws ModuleError `invalidRecord`: `malformed record data`. */
export function parseRecord(message: Uint8Array): ParsedRecord {
  const numberEnd = message.indexOf(lineEnd);
  const number = decodeValidUtf8(message.subarray(0, Math.max(0, numberEnd))) ?? "";
  // "-0" is a number to Go, and -0 another than 0 to JavaScript.
  const id = Number(number) + 0;
  if (!/^[-+]?[0-9]+$/.test(number) || !Number.isSafeInteger(id)) throw malformed();
  const textEnd = emptyLineFrom(message, numberEnd + 1);
  const text = message.subarray(numberEnd + 1, textEnd);
  if (textEnd < 0 || !isValidText(text)) throw malformed();
  return { id, text, rest: message.subarray(textEnd + 1) };
}

const lineEnd = 0x0a;

/** Where the first empty line at or behind `from` begins, or -1. A line end at `from` itself begins a text. */
function emptyLineFrom(message: Uint8Array, from: number): number {
  let at = message.indexOf(lineEnd, from);
  while (at >= 0 && message[at + 1] !== lineEnd) at = message.indexOf(lineEnd, at + 1);
  return at < 0 ? -1 : at + 1;
}

function isValidText(bytes: Uint8Array): boolean {
  const text = decodeValidUtf8(bytes);
  if (text === undefined || !text.endsWith("\n") || text.includes("\n\n")) return false;
  // oxlint-disable-next-line no-control-regex -- the ones that a record must not have
  return !/[\0-\x09\x0b-\x1f]/.test(text);
}

function malformed(): ModuleError {
  return new ModuleError("invalidRecord", "malformed record data");
}
