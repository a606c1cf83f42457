import { styleText } from "node:util";
import { expect, test } from "vitest";
import { shownText } from "./printText.ts";

test.each([
  ["plain text, with lines and tabs", "a\tb\nc é 漢\n", "a\tb\nc é 漢\n"],
  ["a cursor that moves", "a\u001b[2Jb", "a\u{fffd}[2Jb"],
  ["a window that is renamed", "\u001b]0;x\u0007", "\u{fffd}]0;x\u{fffd}"],
  ["a line that is overwritten", "good\rbad ", "good\u{fffd}bad "],
  ["the one-byte sequence start", "\u009b31mred", "\u{fffd}31mred"],
  ["a bell that looks like a colour", "\u0007[31m", "\u{fffd}[31m"],
])("%s", (_, text, wanted) => expect(shownText(text)).toBe(wanted));

test("our own colours pass", () => {
  const text = styleText("red", "x", { validateStream: false });
  expect(shownText(text)).toBe(text);
});

test("direction marks do not", () => {
  expect(shownText("a\u202eb")).not.toContain("\u202e");
});
