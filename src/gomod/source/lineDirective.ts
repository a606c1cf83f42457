/** `//line file:10` and its block form, which say where generated code came from (https://pkg.go.dev/cmd/compile). */
import { decodeUtf8 } from "../utf8.ts";

const maxNumber = 1 << 30;

/**
 * What is wrong with a comment that begins as such a directive does; undefined where nothing is (go/scanner, updateLineInfo).
 */
export function lineDirectiveFault(comment: Uint8Array): string | undefined {
  const whole = decodeUtf8(comment);
  const isBlock = whole.startsWith("/*");
  const text = isBlock ? whole.slice(7, -2) : whole.slice(7).replace(/\r$/, "");
  const last = trailingNumber(text);
  // No colon: an ordinary comment.
  if (last === undefined) return undefined;
  if (last.value === undefined) return `invalid line number: ${last.text}`;
  const before = trailingNumber(text.slice(0, last.at));
  if (before?.value === undefined) return isInRange(last.value) ? undefined : `invalid line number: ${last.text}`;
  if (!isInRange(last.value)) return `invalid column number: ${last.text}`;
  return isInRange(before.value) ? undefined : `invalid line number: ${before.text}`;
}

function isInRange(value: bigint): boolean {
  return value > 0 && value <= maxNumber;
}

/** What stands behind the last colon, which is at `at`; no value where it is no number of 64 bits. */
function trailingNumber(text: string): { at: number; text: string; value: bigint | undefined } | undefined {
  const at = text.lastIndexOf(":");
  if (at < 0) return undefined;
  const digits = text.slice(at + 1);
  const significant = digits.replace(/^0+(?=[0-9])/, "");
  const isNumber = /^[0-9]{1,20}$/.test(significant) && BigInt(significant) < 1n << 64n;
  return { at, text: digits, value: isNumber ? BigInt(significant) : undefined };
}
