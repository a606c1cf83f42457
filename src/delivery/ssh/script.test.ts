import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assembleScript, outputAfter, shellQuote } from "./script.ts";

/** Anything a value may hold: quotes, newlines, expansions, options, bytes beyond ASCII; no NUL, no lone surrogates. */
const value = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", "!", "~", "*", "-", " ", ";", "&", "(", "a") }),
  )
  .filter((text) => !text.includes("\0") && text.isWellFormed());

function sh(text: string): string {
  return execFileSync("/bin/sh", { input: text, encoding: "utf8" });
}

describe("values are data to a real sh", () => {
  test("quoted words come out as they went in", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), (words) => {
        const out = sh(words.map((word) => `printf '%s\\0' ${shellQuote(word)}`).join("\n"));
        expect(out).toBe(words.map((word) => `${word}\0`).join(""));
      }),
      { numRuns: 60 },
    );
  });

  test("a script's variables and arguments", () => {
    fc.assert(
      fc.property(value, fc.array(value, { maxLength: 5 }), (one, args) => {
        const { text, marker } = assembleScript({
          body: `printf '%s\\0' "$one" "$@"`,
          values: { one },
          args,
        });
        expect(outputAfter(marker, sh(text))).toBe([one, ...args].map((each) => `${each}\0`).join(""));
      }),
      { numRuns: 60 },
    );
  });
});

test("a NUL and a variable that the shell itself reads are refused", () => {
  expect(() => shellQuote("a\0b")).toThrow(/NUL/);
  for (const name of ["PATH", "IFS", "a b", "x;y", "LC_ALL", "_"]) {
    expect(() => assembleScript({ body: "", values: { [name]: "" } })).toThrow(/can't be/);
  }
});

test("a text that was cut anywhere runs nothing", () => {
  const { text } = assembleScript({ body: "echo ran", values: { secret: "it's\nlong" }, args: ["a b", "c"] });
  // Every length but the last two: whole, and whole without its last newline.
  for (let end = text.length - 2; end >= 0; end -= end > text.length - 60 ? 1 : 9) {
    const { stdout } = spawnSync("/bin/sh", { input: text.slice(0, end), encoding: "utf8" });
    expect(stdout).toBe("");
  }
});

test("it stops at the first failure, and its status is the script's", () => {
  const { text, marker } = assembleScript({ body: "echo one; false; echo two" });
  const { stdout, status } = spawnSync("/bin/sh", { input: `echo noise\n${text}`, encoding: "utf8" });
  expect(outputAfter(marker, stdout)).toBe("one\n");
  expect(status).toBe(1);
});
