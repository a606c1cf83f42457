import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "./gatewayError.ts";
import { parseTarget, type Route } from "./route.ts";

const good: readonly [target: string, route: Partial<Route>][] = [
  ["/golang.org/x/mod/@v/list", { kind: "list", module: "golang.org/x/mod", key: "golang.org/x/mod/@v/list" }],
  ["/golang.org/x/mod/@latest", { kind: "latest", module: "golang.org/x/mod", key: "golang.org/x/mod/@latest" }],
  ["/golang.org/x/mod/@v/v0.30.0.info", { kind: "info", version: "v0.30.0", key: "golang.org/x/mod/@v/v0.30.0.info" }],
  ["/golang.org/x/mod/@v/v0.30.0.mod", { kind: "mod" }],
  ["/golang.org/x/mod/@v/v0.30.0.zip", { kind: "zip" }],
  ["/github.com/!burnt!sushi/toml/@v/v1.3.2.zip", { kind: "zip", module: "github.com/BurntSushi/toml" }],
  ["/github.com/%21burnt%21sushi/toml/@v/v1.3.2.zip", { key: "github.com/!burnt!sushi/toml/@v/v1.3.2.zip" }],
  ["/example.com/a/@v/v2.0.0+incompatible.mod", { kind: "mod", version: "v2.0.0+incompatible" }],
  ["/example.com/a/@v/v2.0.0%2Bincompatible.mod", { kind: "mod", version: "v2.0.0+incompatible" }],
  ["/example.com/a/v2/@v/v2.1.0-!r!c1.info", { kind: "info", version: "v2.1.0-RC1" }],
  ["/example.com/a/@v/v0.0.0-20231213022851-53fbf4dbfbf4.info", { kind: "info" }],
  ["/golang.org/toolchain/@v/v0.0.1-go1.25.0.linux-amd64.zip", { kind: "zip" }],
  ["/example.com/a/@v/master.info", { kind: "query", version: "master" }],
  ["/example.com/a/@v/53fbf4dbfbf4.info", { kind: "query", version: "53fbf4dbfbf4" }],
  ["/example.com/a/@v/v1.info", { kind: "query", version: "v1" }],
  ["/example.com/a/@v/v1.2.info", { kind: "query", version: "v1.2" }],
  ["/example.com/a/@v/v2.0.0.info", { kind: "query", version: "v2.0.0" }],
  ["/example.com/a/@v/%3Ev1.2.3.info", { kind: "query", version: ">v1.2.3" }],
  ["http://127.0.0.1:7300/example.com/a/@v/list", { kind: "list", module: "example.com/a" }],
  ["/example.com/a/@v/list?go-get=1", { kind: "list" }],
  ["/sumdb/sum.example.org/supported", { kind: "sumdb-supported", database: "sum.example.org" }],
  ["/sumdb/sum.example.org/latest", { kind: "sumdb-latest", path: "/latest" }],
  [
    "/sumdb/sum.example.org/lookup/github.com/!a/b@v1.0.0",
    { kind: "sumdb-lookup", path: "/lookup/github.com/!a/b@v1.0.0" },
  ],
  ["/sumdb/sum.example.org/lookup/golang.org/toolchain@v0.0.1-go1.25.0.linux-amd64", { kind: "sumdb-lookup" }],
  ["/sumdb/sum.example.org/tile/8/0/x123/067.p/5", { kind: "sumdb-tile", path: "/tile/8/0/x123/067.p/5" }],
  ["/sumdb/sum.example.org/tile/8/data/000", { kind: "sumdb-tile" }],
  ["/healthz", { kind: "healthz" }],
  ["/", { kind: "home" }],
];

const bad: readonly [target: string, status: number, text: string][] = [
  ["/golang.org/x/mod/@v/v0.30.0.tar", 404, "is not a file of a module version"],
  ["/golang.org/x/mod/@v/master.mod", 404, "not a canonical version"],
  ["/golang.org/x/mod/@v/v1.zip", 404, "not a canonical version"],
  ["/example.com/a/@v/v2.0.0.mod", 404, "should be v0 or v1, not v2"],
  ["/example.com/a/v2/@v/v1.0.0.mod", 404, "should be v2, not v1"],
  ["/github.com/BurntSushi/toml/@v/list", 400, "BurntSushi"],
  ["/github.com/a/@v/v1.0.0-RC1.info", 400, "RC1"],
  ["/../etc/passwd/@v/list", 400, "malformed module path"],
  ["/a.com/../../etc/@v/list", 400, "malformed module path"],
  ["/a.com/%2e%2e/%2e%2e/etc/@v/list", 400, "malformed module path"],
  ["/a.com%2f..%2fetc/@v/list", 400, "malformed module path"],
  ["/a.com/b%00c/@v/list", 400, "malformed module path"],
  ["/a.com/b%zz/@v/list", 400, "percent-encoding"],
  ["/a.com/b%ff/@v/list", 400, "percent-encoding"],
  ["/a.com/b%252e%252e/@v/list", 400, "malformed module path"],
  ["/a.com/b\\..\\c/@v/list", 400, "malformed module path"],
  ["/a.com//b/@v/list", 400, "malformed module path"],
  ["//a.com/b/@v/list", 400, "malformed module path"],
  ["/-a.com/b/@v/list", 400, "malformed module path"],
  ["/nodot/b/@v/list", 400, "malformed module path"],
  ["/a.com/b/@v/../../../x.info", 400, "version"],
  ["/a.com/b/@v/feature/x.info", 400, "version"],
  ["/a.com/b/@v/.info", 400, "version"],
  ["/a.com/b", 404, "not an address of the GOPROXY protocol"],
  ["*", 400, 'must be a path that begins with "/"'],
  ["a.com/b/@v/list", 400, 'must be a path that begins with "/"'],
  ["/sumdb/localhost/latest", 400, "not the name of a checksum database"],
  ["/sumdb/127.0.0.1:80/latest", 400, "not the name of a checksum database"],
  ["/sumdb/a.example/tile/8/0/../../x", 404, "not an address of a checksum database"],
  ["/sumdb/a.example/lookup/a.com/b@master", 400, "not a canonical version"],
  ["/sumdb/a.example/secret", 404, "not an address of a checksum database"],
  [`/a.com/${"b".repeat(5000)}/@v/list`, 414, "the limit is 4096"],
];

describe("parseTarget", () => {
  test.each(good)("%s", (target, expected) => {
    expect(parseTarget(target)).toMatchObject(expected);
  });

  test.each(bad)("refuses %s with %i", (target, status, text) => {
    try {
      parseTarget(target);
      expect.unreachable("it was accepted");
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayError);
      expect(error).toMatchObject({ status });
      expect(String(error)).toContain(text);
    }
  });

  test("whatever is sent, the answer is a safe key or a GatewayError", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "/",
        "/@v/",
        "@latest",
        "..",
        ".",
        "%2e",
        "%2f",
        "%00",
        "\\",
        "!",
        "!a",
        "list",
        ".info",
        ".zip",
        ".mod",
        "v1.0.0",
        "a.com",
        "github.com",
        "sumdb",
        "tile",
        "8",
        "0",
        "%",
        "?",
        "#",
        "A",
        "é",
        "con",
        "~1",
        ":",
        "http://x",
      ),
      fc.string({ maxLength: 4 }),
      fc.string({ maxLength: 3, unit: "binary" }),
    );
    const target = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join("")}`);
    fc.assert(
      fc.property(target, (text) => {
        let route: Route;
        try {
          route = parseTarget(text);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
          return;
        }
        expect(route.key).not.toMatch(/(^|\/)\.{1,2}(\/|$)|\\|\0|^\/|\/\//);
        expect(route.key).not.toMatch(/[A-Z]/);
        // The key is canonical: asked for itself, it names itself.
        if (route.key !== "") expect(parseTarget(`/${encodeURI(route.key)}`).key).toBe(route.key);
      }),
      { numRuns: process.env["FAIRLEAD_LONG"] === undefined ? 20_000 : 300_000 },
    );
  });
});
