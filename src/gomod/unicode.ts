/**
 * What Go's `unicode` and `strconv` say about a code point, by the tables in unicodeTables.ts. Node has a newer Unicode
 * than Go, and the rules for file names are Go's.
 */
import { digitRanges, foldRanges, letterRanges, printRanges } from "./unicodeTables.ts";

/** Go's unicode.IsLetter. */
export function isLetter(codePoint: number): boolean {
  if (codePoint < 0x80) return (codePoint >= 0x41 && codePoint <= 0x5a) || (codePoint >= 0x61 && codePoint <= 0x7a);
  return inRanges(letterRanges, codePoint);
}

/** Go's unicode.IsDigit. */
export function isDigit(codePoint: number): boolean {
  if (codePoint < 0x80) return codePoint >= 0x30 && codePoint <= 0x39;
  return inRanges(digitRanges, codePoint);
}

/** Go's unicode.IsSpace. */
export function isSpace(codePoint: number): boolean {
  if (codePoint < 0x80) return codePoint === 0x20 || (codePoint >= 0x09 && codePoint <= 0x0d);
  if (codePoint === 0x85 || codePoint === 0xa0 || codePoint === 0x1680) return true;
  if (codePoint < 0x2000 || codePoint > 0x3000) return false;
  return codePoint <= 0x200a || [0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(codePoint);
}

/** Go's strconv.IsPrint. */
export function isPrint(codePoint: number): boolean {
  if (codePoint < 0x80) return codePoint >= 0x20 && codePoint < 0x7f;
  return inRanges(printRanges, codePoint);
}

/**
 * One representative for all code points that differ only in case: two strings are equal under Go's strings.EqualFold
 * exactly when they agree after this (`strToFold` of golang.org/x/mod/zip). Lower- or upper-casing won't do: K, k and the
 * Kelvin sign are one, ß and ss are not.
 */
export function fold(codePoint: number): number {
  if (codePoint < 0x80) return codePoint >= 0x41 && codePoint <= 0x5a ? codePoint + 0x20 : codePoint;
  const at = lastStartingBy(foldRanges, 4, codePoint);
  if (at < 0) return codePoint;
  const first = foldRanges[at] ?? 0;
  const last = foldRanges[at + 1] ?? 0;
  const step = foldRanges[at + 2] ?? 1;
  return codePoint <= last && (codePoint - first) % step === 0 ? codePoint + (foldRanges[at + 3] ?? 0) : codePoint;
}

function inRanges(ranges: readonly number[], codePoint: number): boolean {
  const at = lastStartingBy(ranges, 2, codePoint);
  return at >= 0 && codePoint <= (ranges[at + 1] ?? -1);
}

/** The index of the last group of `width` numbers whose first number is at most `codePoint`, or -1. */
function lastStartingBy(ranges: readonly number[], width: number, codePoint: number): number {
  let low = 0;
  let high = ranges.length / width;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle * width] ?? 0) <= codePoint) low = middle + 1;
    else high = middle;
  }
  return (low - 1) * width;
}
