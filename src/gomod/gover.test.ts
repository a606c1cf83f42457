import { describe, expect, it } from "vitest";
import * as gover from "./gover.ts";

describe("gover", () => {
  it("orders versions", () => {
    const ascending = [
      "none",
      "1",
      "1.5",
      "1.20rc1",
      "1.20",
      "1.20.1",
      "1.21",
      "1.21alpha",
      "1.21beta2",
      "1.21rc2",
      "1.21rc10",
      "1.21.0",
      "1.21.10",
      "1.99999999999999999999",
      "2",
    ];
    for (const [i, x] of ascending.entries()) {
      for (const [j, y] of ascending.entries()) expect([x, y, gover.compare(x, y)]).toEqual([x, y, Math.sign(i - j)]);
    }
  });

  it.each([
    ["go1.22.1", "1.22.1"],
    ["go1.22.1-suffix", "1.22.1"],
    ["go1.22.1 X:rangefunc", "1.22.1"],
    ["go1.22rc1-x-y", "1.22rc1"],
    ["gccgo-go1.20", ""],
    ["go1.22.1/x", ""],
    ["1.22.1", ""],
    ["default", ""],
  ])("fromToolchain(%j) is %j", (name, version) => {
    expect(gover.fromToolchain(name)).toBe(version);
  });

  it.each([
    ["auto", "go 1.27", "go1.27.0", "go line"],
    ["auto", "go 1.26.0", "go1.26.8", "local"],
    ["auto", "go 1.27\ntoolchain go1.27.3 // newest", "go1.27.3", "toolchain line"],
    ["auto", "go 1.28\ntoolchain go1.27.3", "go1.28.0", "go line"],
    ["auto", "go 1.20\ntoolchain default", "go1.26.8", "local"],
    ["local", "go 1.28", "go1.26.8", "local"],
    ["go1.29.1+auto", "go 1.28", "go1.29.1", "GOTOOLCHAIN"],
  ])("GOTOOLCHAIN=%s with %j runs %s", (gotoolchain, text, toolchain, because) => {
    const choice = gover.selectToolchain({ gotoolchain, local: "go1.26.8", text, filename: "go.mod" });
    expect(choice).toEqual({ toolchain, because, isLocal: toolchain === "go1.26.8" });
  });
});
