import { describe, expect, test } from "vitest";
import { goImage } from "./goImage.ts";

describe("the golang image", () => {
  test.each<[string[], string | undefined, string]>([
    [[], undefined, "golang:1.26-bookworm"],
    [["1.16"], undefined, "golang:1.26-bookworm"],
    [["1.26.3"], undefined, "golang:1.26-bookworm"],
    [["1.27"], undefined, "golang:1.27-bookworm"],
    [["1.24", "go1.27.1", "default"], undefined, "golang:1.27-bookworm"],
    [["1.30rc2"], undefined, "golang:1.30rc2-bookworm"],
    [["1.24.9"], "1.24", "golang:1.24-bookworm"],
    [["1.24"], "1.25.3", "golang:1.25.3-bookworm"],
    [["1.14"], "1.19", "golang:1.19-bullseye"],
    [[], "1.15", "golang:1.15-buster"],
    [["1.21"], "1.21rc1", "golang:1.21rc1-bookworm"],
  ])("%j, asked for %s: %s", (required, chosen, image) => expect(goImage(required, chosen).image).toBe(image));

  test.each<[string[], string, RegExp]>([
    [["1.24.9"], "1.24.3", /asks for 1\.24\.9/],
    [["1.21.0"], "1.21rc1", /asks for 1\.21\.0/],
    [["1.25"], "1.24", /GOTOOLCHAIN=local/],
    [[], "1", /is no Go version/],
    [[], "1.26\nRUN x", /is no Go version/],
  ])("%j, asked for %s: refused", (required, chosen, message) => {
    expect(() => goImage(required, chosen)).toThrow(message);
  });
});
