import fc from "fast-check";
import { expect, test } from "vitest";
import type { TagRule } from "../config/serviceSettings.ts";
import type { GitState } from "../repo/gitState.ts";
import { ciRef, givenTag, tagsOf, versionOf } from "./tags.ts";

const clean: GitState = {
  commit: "0123456789abcdef0123456789abcdef01234567",
  commitTime: new Date("2026-11-21T09:00:00Z"),
  branch: "feature/Ünsafe name",
  tags: ["v1.10.0+meta", "shop/v1.2.3"],
  dirty: false,
  changes: [],
  remotes: [],
  root: "/src",
};
const dirty = { ...clean, dirty: true };
const none = { branch: undefined, tag: undefined };

test.each<[string, readonly TagRule[], GitState, string[]]>([
  ["commit", ["commit"], clean, ["0123456789ab"]],
  ["commit time", ["time"], clean, ["20261121T090000Z"]],
  ["git tags", ["tag"], clean, ["v1.10.0-meta", "shop-v1.2.3"]],
  ["branch", ["branch"], clean, ["feature-nsafe-name"]],
  ["several, in the rules' order", ["time", "commit"], clean, ["20261121T090000Z", "0123456789ab"]],
  ["a dirty tree", ["commit", "tag"], dirty, ["0123456789ab-dirty", "v1.10.0-meta-dirty", "shop-v1.2.3-dirty"]],
  ["a long branch keeps the mark", ["branch"], { ...dirty, branch: "b".repeat(300) }, [`${"b".repeat(122)}-dirty`]],
  ["the same tag twice", ["tag"], { ...clean, tags: ["a/b", "a-b"] }, ["a-b"]],
])("%s", (_, rules, state, names) => {
  expect(tagsOf(rules, state, none).map(({ name }) => name)).toEqual(names);
});

test("which tags may move", () => {
  const moves = (state: GitState): string[] => tagsOf(["commit", "branch"], state, none).map(({ moves }) => moves);
  expect(moves(clean)).toEqual(["never", "always"]);
  expect(moves(dirty)).toEqual(["in-engine", "always"]);
});

test("CI tells what its clone does not", () => {
  const gitlab = ciRef({ CI_COMMIT_BRANCH: "main", CI_COMMIT_TAG: "" });
  const github = ciRef({ GITHUB_ACTIONS: "true", GITHUB_REF_NAME: "v2.0.0", GITHUB_REF_TYPE: "tag" });
  const detached = { ...clean, branch: undefined, tags: [] };
  expect(tagsOf(["branch"], detached, gitlab)).toMatchObject([{ name: "main" }]);
  expect(tagsOf(["tag"], detached, github)).toMatchObject([{ name: "v2.0.0" }]);
  expect(versionOf(detached, github)).toBe("v2.0.0");
  expect(versionOf(dirty, none)).toBe("v1.10.0+meta-dirty");
});

test("no tag: the reason, and what to do", () => {
  const detached = { ...clean, branch: undefined, tags: [] };
  expect(() => tagsOf(["tag", "branch"], detached, none)).toThrow(/shallow clone.*no branch.*--tag/);
  expect(() => tagsOf(["commit"], undefined, none)).toThrow(/commit first/);
  for (const bad of ["", ".x", "-x", "a b", "a:b", "x".repeat(129)])
    expect(() => givenTag(bad)).toThrow("is not a tag");
});

test("whatever a branch is called, a registry takes its tag", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.boolean(), (branch, dirty) => {
      for (const { name } of tagsOf(["commit", "branch"], { ...clean, branch, dirty }, none)) {
        expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
      }
    }),
  );
});
