import { describe, expect, it } from "vitest";
import { compareBytewise, decodeRune, decodeUtf8, fields, fromByteString, toByteString, trimSpace } from "./utf8.ts";

describe("byte strings", () => {
  it.each(["", "plain", "é", "\u20ac\u{1f600}", "\ufffd", "a\udcffb", "\udc80\udc80", "\u{10400}\udce9"])(
    "%j and back",
    (text) => {
      const bytes = Buffer.from(toByteString(text), "latin1");
      if (text.isWellFormed()) expect(bytes.toString()).toBe(text);
      expect(fromByteString(toByteString(text))).toBe(text);
      expect(decodeUtf8(bytes)).toBe(text);
    },
  );

  it.each([
    ["c3a9", "é"],
    ["c3", "\udcc3"],
    ["e282", "\udce2\udc82"],
    // Not the shortest form, a surrogate, beyond U+10FFFF: bytes that are no UTF-8.
    ["c080", "\udcc0\udc80"],
    ["e08080", "\udce0\udc80\udc80"],
    ["eda080", "\udced\udca0\udc80"],
    ["f4908080", "\udcf4\udc90\udc80\udc80"],
    ["efbbbf41", "\ufeffA"],
  ])("%s", (hex, text) => {
    expect(decodeUtf8(Buffer.from(hex, "hex"))).toBe(text);
    expect(fromByteString(Buffer.from(hex, "hex").toString("latin1"))).toBe(text);
  });

  it("decodes one rune at a time", () => {
    expect(decodeRune("\xc3\xa9x", 0)).toEqual({ rune: 0xe9, width: 2 });
    expect(decodeRune("\xa9x", 0)).toEqual({ rune: 0xfffd, width: 1 });
    expect(decodeRune("", 0)).toEqual({ rune: 0xfffd, width: 0 });
  });
});

it("compares as bytes do", () => {
  const texts = [
    "",
    "a",
    "a\u0301",
    "b",
    "é",
    "\ud7ff",
    "\ue000",
    "\uff01",
    "\u{10000}",
    "\u{1f600}",
    "\udc80",
    "\udcff",
    "a\udcff",
  ];
  for (const a of texts) {
    for (const b of texts) {
      const expected = Buffer.compare(Buffer.from(toByteString(a), "latin1"), Buffer.from(toByteString(b), "latin1"));
      expect(Math.sign(compareBytewise(a, b)), `${a} ${b}`).toBe(expected);
    }
  }
});

it("knows Go's spaces", () => {
  expect(trimSpace("\u0085 \ufeffa\u3000")).toBe("\ufeffa");
  expect(fields(" a\u00a0b\n\nc ")).toEqual(["a", "b", "c"]);
});
