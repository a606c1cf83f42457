import { describe, expect, it } from "vitest";
import * as semver from "./semver.ts";

describe("semver", () => {
  // In ascending order; each valid one is below all that follow it unless they share a canonical form.
  it.each([
    ["bad", ""],
    ["v01", ""],
    ["v1-alpha", ""],
    ["v1.2+meta", ""],
    ["v1.2.3-", ""],
    ["v1.2.3-01", ""],
    ["v1.2.3+", ""],
    ["v1.2.3+a..b", ""],
    ["1.2.3", ""],
    ["v1.2.3\n", ""],
    ["v1", "v1.0.0"],
    ["v1.2", "v1.2.0"],
    ["v1.2.3", "v1.2.3"],
    ["v1.2.3+0.01", "v1.2.3"],
    ["v1.2.3--01", "v1.2.3--01"],
    ["v1.2.3-a.0b+meta", "v1.2.3-a.0b"],
    ["v2.0.0+incompatible", "v2.0.0"],
  ])("canonical(%j) is %j", (v, canonical) => {
    expect(semver.canonical(v)).toBe(canonical);
    expect(semver.isValid(v)).toBe(canonical !== "");
  });

  it("orders versions", () => {
    const ascending = [
      "none",
      "v1.0.0-0",
      "v1.0.0-2",
      "v1.0.0-10",
      "v1.0.0-A",
      "v1.0.0-a",
      "v1.0.0-a.1",
      "v1.0.0-a.b",
      "v1.0.0",
      "v1.0.9007199254740993",
      "v1.0.9007199254740994",
      "v10.0.0",
    ];
    for (const [i, v] of ascending.entries()) {
      for (const [j, w] of ascending.entries()) expect(semver.compare(v, w), `${v} ${w}`).toBe(Math.sign(i - j));
    }
    expect(semver.sort(ascending.toReversed())).toEqual(ascending);
  });

  it("sorts what compares equal by its bytes", () => {
    expect(semver.sort(["v1.0.0+b", "v1.0.0", "v1", "\u{1f600}", "\uff01"])).toEqual([
      "\uff01",
      "\u{1f600}",
      "v1",
      "v1.0.0",
      "v1.0.0+b",
    ]);
  });

  it("takes versions apart", () => {
    expect(semver.major("v2.1.0-pre+meta")).toBe("v2");
    expect(semver.majorMinor("v2")).toBe("v2.0");
    expect(semver.prerelease("v2.1.0-pre+meta")).toBe("-pre");
    expect(semver.build("v2.1.0-pre+meta")).toBe("+meta");
    expect(semver.max("v1", "v0.9.9")).toBe("v1.0.0");
  });
});
