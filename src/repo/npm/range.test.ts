import { describe, expect, test } from "vitest";
import { caret, firstBreaking, readSpec, satisfies } from "./range.ts";

describe("what a range lets in", () => {
  test.each([
    ["1.2.3", "exact", "1.2.3"],
    ["=1.2.3", "exact", "1.2.3"],
    ["v1.2.3", "exact", "1.2.3"],
    ["^1.2.3", "compatible", ">=1.2.3 <2.0.0"],
    ["~1.2.3", "compatible", ">=1.2.3 <1.3.0"],
    ["1.x", "compatible", ">=1.0.0 <2.0.0"],
    ["1.2 - 1.4", "compatible", ">=1.2.0 <1.5.0"],
    ["^1.0.0-beta.1", "compatible", ">=1.0.0-beta.1 <2.0.0"],
    ["^0.2.3", "compatible", ">=0.2.3 <0.3.0"],
    ["^0.0.3", "compatible", ">=0.0.3 <0.0.4"],
    ["~0.2.3", "compatible", ">=0.2.3 <0.3.0"],
    ["npm:other@^1.2.3", "compatible", ">=1.2.3 <2.0.0"],
    ["npm:@team/other@1.2.3", "exact", "1.2.3"],
    ["0.x", "zero", "<1.0.0"],
    ["^0", "zero", "<1.0.0"],
    [">=0.2.0 <1", "zero", ">=0.2.0 <1.0.0"],
    ["^0.2 || ^0.3", "zero", ">=0.2.0 <0.3.0 || >=0.3.0 <0.4.0"],
    ["^1 || ^2", "majors", ">=1.0.0 <2.0.0 || >=2.0.0 <3.0.0"],
    [">=1 <3", "majors", ">=1.0.0 <3.0.0"],
    ["<2", "majors", "<2.0.0"],
    [">=1.2", "open", ">=1.2.0"],
    [">1 ", "open", ">=2.0.0"],
    ["^0.5 || >=1", "open", ">=0.5.0 <0.6.0 || >=1.0.0"],
    ["*", "open", "any version"],
    ["", "open", "any version"],
    ["x", "open", "any version"],
    ["npm:other", "open", "any version"],
  ])("%j is %s: %s", (written, reach, allows) => {
    expect(readSpec(written)).toMatchObject({ kind: "range", reach, allows });
  });

  test.each(["latest", "next", "beta-1", "npm:other@canary"])("%j is a tag, which may be anything", (written) => {
    expect(readSpec(written)).toMatchObject({ kind: "tag", reach: "open" });
  });

  test.each([
    "file:../x",
    "link:../x",
    "../x",
    "workspace:*",
    "workspace:^",
    "catalog:",
    "catalog:react17",
    "git+ssh://git@git.example.com/team/x.git#v1.0.0",
    "https://files.example.com/x.tgz",
    "team/repository",
    "github:team/repository#semver:^1",
    "patch:x@npm:1.0.0#./x.patch",
  ])("%j is no range", (written) => {
    expect(readSpec(written)).toMatchObject({ kind: "elsewhere" });
  });
});

test.each([
  ["1.4.0", "^1.2.3", true],
  ["2.0.0", "^1.2.3", false],
  ["0.3.0", "^0.2.3", false],
  ["2.0.0-beta.1", "^1.2.3", false],
  ["2.0.0-beta.1", "*", true],
  ["2.0.0-beta.1", "", true],
  ["2.0.0-beta.1", ">=1", false],
  ["1.0.0", "latest", undefined],
  ["1.0.0", "file:../x", undefined],
  ["https://files.example.com/x.tgz", "^1", undefined],
])("%s in %j: %s", (version, written, wanted) => {
  expect(satisfies(version, readSpec(written))).toBe(wanted);
});

test.each([
  [">=1.2", "2.0.0"],
  [">=0.2", "0.3.0"],
  [">0.0.1", "0.0.3"],
  ["*", undefined],
  ["latest", undefined],
])("the first that may break within %j: %s", (written, wanted) => {
  expect(firstBreaking(readSpec(written))).toBe(wanted);
});

test.each([
  ["1.2.3", "^1.2.3"],
  ["0.0.3", "^0.0.3"],
  ["nothing", undefined],
])("a caret for %s: %s", (version, wanted) => {
  expect(caret(version)).toBe(wanted);
});
