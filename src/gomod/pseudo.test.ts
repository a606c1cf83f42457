import { describe, expect, it } from "vitest";
import * as pseudo from "./pseudo.ts";

const time = new Date("2019-06-27T11:34:55Z");

describe("pseudo-versions", () => {
  it.each([
    ["", "", "v0.0.0-20190627113455-abcdef123456", ""],
    ["v2", "", "v2.0.0-20190627113455-abcdef123456", ""],
    ["v1", "v1.2.9", "v1.2.10-0.20190627113455-abcdef123456", "v1.2.9"],
    ["", "v2.0.0+incompatible", "v2.0.1-0.20190627113455-abcdef123456+incompatible", "v2.0.0+incompatible"],
    ["v1", "v1.2.3-pre", "v1.2.3-pre.0.20190627113455-abcdef123456", "v1.2.3-pre"],
  ])("major %j, older %j: %s", (major, older, version, base) => {
    expect(pseudo.pseudoVersion(major, older, time, "abcdef123456")).toBe(version);
    expect(pseudo.isPseudoVersion(version)).toBe(true);
    expect(pseudo.pseudoVersionTime(version)).toEqual(time);
    expect(pseudo.pseudoVersionRev(version)).toBe("abcdef123456");
    expect(pseudo.pseudoVersionBase(version)).toBe(base);
  });

  it.each([
    ["v1.2.3", 'pseudo-version "v1.2.3" invalid: syntax error'],
    [
      "v2.0.0-20190627113455-abcdef123456+incompatible",
      'pseudo-version "v2.0.0-20190627113455-abcdef123456+incompatible" invalid: lacks base version, but has build metadata "+incompatible"',
    ],
    [
      "v1.1.0-0.20190627113455-abcdef123456",
      'pseudo-version "v1.1.0-0.20190627113455-abcdef123456" invalid: version before v1.1.0 would have negative patch number',
    ],
  ])("pseudoVersionBase(%s) fails", (version, message) => {
    expect(() => pseudo.pseudoVersionBase(version)).toThrow(message);
  });

  it.each(["20190230000000", "20191301000000", "20190101240000", "20190101000060"])("%s is no time", (timestamp) => {
    const version = `v0.0.0-${timestamp}-abcdef123456`;
    expect(pseudo.isPseudoVersion(version)).toBe(true);
    expect(() => pseudo.pseudoVersionTime(version)).toThrow(`malformed time "${timestamp}"`);
  });

  it("has a placeholder", () => {
    expect(pseudo.zeroPseudoVersion("v2")).toBe("v2.0.0-00010101000000-000000000000");
    expect(pseudo.isZeroPseudoVersion("v2.0.0-00010101000000-000000000000")).toBe(true);
    expect(pseudo.isZeroPseudoVersion("v2.0.0-20190627113455-abcdef123456")).toBe(false);
  });
});
