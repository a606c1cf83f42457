import { expect, test } from "vitest";
import { expand } from "./expand.ts";

const env = { HOST: "h", EMPTY: "", NESTED: "${HOST}", API_TOKEN: "s3cret" };

test.each([
  ["plain", "plain"],
  ["${HOST}:80", "h:80"],
  ["${HOST}${HOST}", "hh"],
  ["${UNSET:-d}", "d"],
  ["${UNSET:-}", ""],
  ["${EMPTY}", ""],
  ["${EMPTY:-d}", "d"],
  ["${HOST:-d}", "h"],
  ["$${HOST}", "${HOST}"],
  ["${NESTED}", "${HOST}"],
  ["${UNSET:-https://x:1/a-b}", "https://x:1/a-b"],
  ["$HOST", "$HOST"],
  ["cost: 5$", "cost: 5$"],
])("%s → %s", (text, expanded) => {
  expect(expand(text, env)).toMatchObject({ text: expanded, missing: [], malformed: undefined });
});

test("missing variables are named", () => {
  expect(expand("${A}-${B}", {}).missing).toEqual(["A", "B"]);
});

test.each(["${", "${}", "${A", "${A B}", "${1}", "${A-x}"])("%s begins no variable", (text) => {
  expect(expand(text, env).malformed).toBe(text);
});

test("what a variable of a secret's name holds is a secret", () => {
  expect(expand("x${API_TOKEN}", env).secrets).toEqual(["s3cret"]);
  expect(expand("x${HOST}", env).secrets).toEqual([]);
});
