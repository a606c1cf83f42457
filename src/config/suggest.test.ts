import { expect, test } from "vitest";
import { suggest } from "./suggest.ts";

const known = ["listen", "data", "upstream", "insecureOpen", "holdZipsUpTo", "timeouts"];

test.each([
  ["lisen", "listen"],
  ["listne", "listen"],
  ["upstreams", "upstream"],
  ["insecure_open", "insecureOpen"],
  ["INSECURE-OPEN", "insecureOpen"],
  ["timeout", "timeouts"],
  ["dat", "data"],
  ["workers", undefined],
  ["x", undefined],
  ["", undefined],
])("%s → %s", (word, meant) => {
  expect(suggest(word, known)).toBe(meant);
});
