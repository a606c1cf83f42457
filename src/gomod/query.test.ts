import { describe, expect, it } from "vitest";
import { chooseVersion, isRevisionQuery, parseQuery, queryMatcher } from "./query.ts";

describe("parseQuery", () => {
  it.each([
    ["v1.2.3", { kind: "version", version: "v1.2.3" }],
    ["v2.0.0+incompatible", { kind: "version", version: "v2.0.0+incompatible" }],
    ["v1.2.3+meta", { kind: "tag", revision: "v1.2.3+meta", canonical: "v1.2.3" }],
    ["v1", { kind: "prefix", prefix: "v1" }],
    ["v1.2", { kind: "prefix", prefix: "v1.2" }],
    ["<v1.2", { kind: "comparison", operator: "<", version: "v1.2" }],
    [">=v1.2.3", { kind: "comparison", operator: ">=", version: "v1.2.3" }],
    ["latest", { kind: "latest" }],
    ["patch", { kind: "patch" }],
    ["master", { kind: "revision", revision: "master" }],
    ["v1x", { kind: "revision", revision: "v1x" }],
    ["1.2.3", { kind: "revision", revision: "1.2.3" }],
  ])("%s", (query, parsed) => {
    expect(parseQuery(query)).toEqual(parsed);
    expect(isRevisionQuery(query)).toBe(["version", "tag", "revision"].includes(parsed.kind));
  });

  it.each([
    ["<=v1.2", 'ambiguous semantic version "v1.2" in range "<=v1.2"'],
    [">v1", 'ambiguous semantic version "v1" in range ">v1"'],
    ["<master", 'invalid semantic version "master" in range "<master"'],
  ])("%s fails", (query, message) => {
    expect(() => parseQuery(query)).toThrow(message);
  });
});

describe("chooseVersion", () => {
  const versions = ["v1.0.0", "v1.1.0-rc1", "v1.1.0", "v1.1.1", "v1.2.0-rc1", "v2.0.0+incompatible"];

  it.each([
    ["latest", "", true, "v1.1.1"],
    ["latest", "", false, "v2.0.0+incompatible"],
    ["upgrade", "v1.2.0-rc1", true, "v1.2.0-rc1"],
    ["patch", "v1.0.0", true, "v1.0.0"],
    ["v1", "", true, "v1.1.1"],
    ["v1.2", "", true, undefined],
    ["v2", "", true, "v2.0.0+incompatible"],
    ["<v1.1.0", "", true, "v1.0.0"],
    [">v1.1.0", "", true, "v1.1.1"],
    [">=v1.1.2", "", true, "v1.2.0-rc1"],
    [">=v1.1.2", "", false, "v2.0.0+incompatible"],
  ])("%s from %j, go.mod %s: %s", async (query, current, hasGoMod, chosen) => {
    const matcher = queryMatcher("example.com/m", query, current);
    expect(matcher && (await chooseVersion(matcher, versions, () => hasGoMod))).toBe(chosen);
  });

  it("has nothing to match for a revision, and nowhere to patch from", () => {
    expect(queryMatcher("example.com/m", "master")).toBeUndefined();
    expect(() => queryMatcher("example.com/m", "patch")).toThrow("no existing version is required");
  });
});
