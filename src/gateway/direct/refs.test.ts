import { expect, test } from "vitest";
import { nearestTags } from "./nearestTags.ts";
import { parseRefs, tagsOf, tagSum } from "./refs.ts";

const a = "a".repeat(40);
const b = "b".repeat(40);

test("refs are branches, tags and HEAD; an annotated tag is at its commit", () => {
  const refs = parseRefs(
    `${a}\tHEAD\n${a}\trefs/heads/main\n${b}\trefs/tags/v1.0.0\n${a}\trefs/tags/v1.0.0^{}\n${b}\trefs/pull/1/head\nnoise\n`,
  );
  expect([...refs]).toEqual([
    ["HEAD", a],
    ["refs/heads/main", a],
    ["refs/tags/v1.0.0", a],
  ]);
});

test("the sum of no tags is that of nothing", () => {
  expect(tagSum([], "")).toBe("t1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
});

test("tags are found by prefix, in the order of their bytes", () => {
  const refs = parseRefs(["v1.10.0", "sub/v1.0.0", "v1.2.0"].map((tag) => `${a}\trefs/tags/${tag}\n`).join(""));
  expect(tagsOf(refs, "v").map(({ name }) => name)).toEqual(["v1.10.0", "v1.2.0"]);
});

test("the nearest tags are those that are spelt alike", () => {
  const tags = ["v1.2.3", "v1.2.4", "v9.0.0-alpha.1", "nightly"].map((name) => ({ name, hash: a }));
  expect(nearestTags("v1.2.5", tags)).toEqual(["v1.2.3", "v1.2.4"]);
});
