import { expect, test } from "vitest";
import { maskLine } from "./logger.ts";

// An upstream chooses these texts: a mask over the whole line once swallowed the quote after the secret.
test.each([
  ["500: token=abc", "500: token=***"],
  ["password: x", "password: ***"],
  ["https://user:pw@proxy.example.com: refused", "https://***@proxy.example.com: refused"],
  ['quoted "secret": "a"', 'quoted "secret": ***'],
])("masks %s, and the line stays a line", (text, shown) => {
  expect(maskLine(JSON.stringify({ err: text, deep: { list: [text] }, n: 1 }))).toEqual({
    err: shown,
    deep: { list: [shown] },
    n: 1,
  });
});
