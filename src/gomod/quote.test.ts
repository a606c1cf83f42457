import { describe, expect, it } from "vitest";
import { quote, quoteRune } from "./quote.ts";
import { fold, isLetter } from "./unicode.ts";

describe("quote", () => {
  it.each([
    ["plain", '"plain"'],
    [`"\\'`, `"\\"\\\\'"`],
    ["\u0007\b\f\n\r\t\v\0\u007f", '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x7f"'],
    ["é\u00a0\u202e\ue000\u{1f600}\u{e0001}", '"é\\u00a0\\u202e\\ue000\u{1f600}\\U000e0001"'],
    ["\udcff\ufffd", '"\\xff\ufffd"'],
  ])("%j", (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });

  it("quotes single runes in other marks", () => {
    expect(quoteRune(0x27)).toBe("'\\''");
    expect(quoteRune(0x22)).toBe(`'"'`);
    expect(quoteRune(0xd800)).toBe("'\ufffd'");
  });
});

it("folds case as Go does", () => {
  const folded = (text: string): number[] => Array.from(text, (character) => fold(character.codePointAt(0) ?? 0));
  expect(new Set(folded("Kk\u212a")).size).toBe(1);
  expect(new Set(folded("Ss\u017f")).size).toBe(1);
  expect(new Set(folded("ßẞ")).size).toBe(1);
  expect(new Set(folded("Iiİı")).size).toBe(3);
});

it("knows the letters of Go's Unicode, not of Node's", () => {
  expect(isLetter(0xe9)).toBe(true);
  expect(isLetter(0x2ebf0)).toBe(false);
  expect(/\p{L}/u.test("\u{2ebf0}")).toBe(true);
});
