/**
 * The lines before the package clause that decide whether a file is built (go/build, parseFileHeader): a `//go:build` line
 * wherever it stands between comments, and the older `// +build` lines, which must have a blank line behind them.
 */
import { isSpace } from "../unicode.ts";
import { trimSpace } from "../utf8.ts";
import { byteAt, codePointAt, indexOfByte, newline, slash, star, startsWithWord, textBetween } from "./bytes.ts";

export interface BuildLines {
  /** The `//go:build` line; undefined where there is none. */
  readonly goBuild: string | undefined;
  /** More than one, which the go command refuses. */
  readonly hasManyGoBuild: boolean;
  /** Lines that may be `// +build` ones. */
  readonly plusBuild: readonly string[];
  /** `//go:binary-only-package`: no longer built by any Go. */
  readonly isBinaryOnly: boolean;
}

/** @param bytes A file's text, or as much of it as holds the leading comments. */
export function readBuildLines(bytes: Uint8Array): BuildLines {
  const goBuild: string[] = [];
  const plusBuild: { readonly text: string; readonly start: number }[] = [];
  let isBinaryOnly = false;
  let lastBlank = 0;
  // Anything but blank lines and line comments was seen: `// +build` no longer counts.
  let hasEnded = false;
  let inBlock = false;
  for (let start = 0, next = 0; start < bytes.length; start = next) {
    const lineEnd = indexOfByte(bytes, newline, start);
    next = lineEnd + 1;
    const [from, end] = trimmed(bytes, start, lineEnd);
    if (from === end && !hasEnded) {
      lastBlank = Math.min(next, bytes.length);
      continue;
    }
    const isLineComment = byteAt(bytes, from) === slash && byteAt(bytes, from + 1) === slash && end - from >= 2;
    if (!isLineComment) hasEnded = true;
    if (isLineComment && !inBlock) {
      if (startsWithWord(bytes, from, "//go:")) {
        const line = textBetween(bytes, from, end);
        if (isGoBuild(line)) goBuild.push(line);
        isBinaryOnly ||= line === "//go:binary-only-package";
        if (goBuild.length > 1) break;
      } else if (!hasEnded && mayBePlusBuild(bytes, from, end))
        plusBuild.push({ text: textBetween(bytes, from, end), start });
    }
    const rest = skipComments(bytes, from, end, inBlock);
    if (rest.at < end) break;
    inBlock = rest.inBlock;
  }
  return {
    goBuild: goBuild[0],
    hasManyGoBuild: goBuild.length > 1,
    plusBuild: plusBuild.filter(({ start }) => start < lastBlank).map(({ text }) => text),
    isBinaryOnly,
  };
}

interface Rest {
  readonly at: number;
  readonly inBlock: boolean;
}

/** What is left of a trimmed line behind its comments: where it begins, and whether a comment goes on in the next line. */
function skipComments(bytes: Uint8Array, from: number, end: number, inBlock: boolean): Rest {
  let at = from;
  let isInside = inBlock;
  while (at < end) {
    if (isInside) {
      const close = closingMark(bytes, at, end);
      if (close < 0) return { at: end, inBlock: true };
      isInside = false;
      at = behindBlanks(bytes, close + 2, end);
      continue;
    }
    const mark = byteAt(bytes, at) === slash && at + 1 < end ? byteAt(bytes, at + 1) : 0;
    if (mark === slash) return { at: end, inBlock: false };
    if (mark !== star) return { at, inBlock: false };
    isInside = true;
    at = behindBlanks(bytes, at + 2, end);
  }
  return { at: end, inBlock: isInside };
}

function closingMark(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at + 1 < end; at++) if (bytes[at] === star && bytes[at + 1] === slash) return at;
  return -1;
}

/** As Go's bytes.TrimSpace: offsets of what stands between the blanks. */
function trimmed(bytes: Uint8Array, from: number, to: number): [start: number, end: number] {
  const start = behindBlanks(bytes, from, to);
  let end = to;
  while (end > start) {
    const width = blankBefore(bytes, start, end);
    if (width === 0) break;
    end -= width;
  }
  return [start, end];
}

function behindBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const { codePoint, width } = codePointAt(bytes, at);
    if (!isSpace(codePoint)) break;
    at += width;
  }
  return at;
}

/** The width of the blank that ends at `end`; 0 where none does. */
function blankBefore(bytes: Uint8Array, start: number, end: number): number {
  const last = byteAt(bytes, end - 1);
  if (last < 0x80) return isSpace(last) ? 1 : 0;
  for (let width = 2; width <= 3 && end - width >= start; width++) {
    const found = codePointAt(bytes, end - width);
    if (found.width === width && isSpace(found.codePoint)) return width;
  }
  return 0;
}

/** go/build, isGoBuildComment. */
function isGoBuild(line: string): boolean {
  const rest = line.slice("//go:build".length);
  return line.startsWith("//go:build") && (rest === "" || trimSpace(rest).length < rest.length);
}

/** go/build looks for "+build" anywhere in the line first. */
function mayBePlusBuild(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from + 2; at + 6 <= end; at++) {
    if (bytes[at] === 0x2b && startsWithWord(bytes, at, "+build")) return true;
  }
  return false;
}
