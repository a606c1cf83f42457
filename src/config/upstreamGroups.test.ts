import { expect, test } from "vitest";
import { parseUpstreamList } from "./upstreamGroups.ts";

test.each([
  ["https://a.example,direct", ["https://a.example , -", "direct , -"]],
  ["https://a.example|b.example", ["https://a.example | -", "https://b.example , -"]],
  ["{https://a.example https://b.example},direct", ["https://a.example , 0", "https://b.example , 0", "direct , -"]],
  ["{a.example}|{b.example  c.example}", ["https://a.example | 0", "https://b.example , 1", "https://c.example , 1"]],
  ["off,https://never.example", ["off , -"]],
])("%s", (list, expected) => {
  const shown = parseUpstreamList(list).map(
    ({ url, fallBackOnAnyError, group }) => `${url} ${fallBackOnAnyError ? "|" : ","} ${group ?? "-"}`,
  );
  expect(shown).toEqual(expected);
});

test.each(["{}", "{direct}", "{https://a.example,https://b.example}", "{ftp://a.example}", ""])(
  "refused: %j",
  (list) => {
    expect(() => parseUpstreamList(list)).toThrow();
  },
);
