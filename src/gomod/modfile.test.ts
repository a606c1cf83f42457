import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as modfile from "./modfile.ts";

const shop = `// The shop.

// Deprecated: use example.com/shop/v2 instead.
module example.com/shop

go 1.23.0

require (
	example.com/a v1.2.3
	example.com/b v1.0.0 // indirect; for tests
)

retract [v1.0.0, v1.0.5] // Lost orders.

replace example.com/b => ../b
`;

describe("parse", () => {
  it("tells what the file says and where", () => {
    const file = modfile.parse("go.mod", shop);
    expect(file.module).toMatchObject({
      mod: { path: "example.com/shop" },
      deprecated: "use example.com/shop/v2 instead.",
    });
    expect(file.go?.version).toBe("1.23.0");
    expect(file.require.map(({ mod, indirect }) => [mod.path, mod.version, indirect])).toEqual([
      ["example.com/a", "v1.2.3", false],
      ["example.com/b", "v1.0.0", true],
    ]);
    expect(file.require[1]?.syntax.start).toEqual({ line: 10, column: 2, byte: shop.indexOf("example.com/b") });
    expect(file.retract).toMatchObject([{ low: "v1.0.0", high: "v1.0.5", rationale: "Lost orders." }]);
    expect(file.replace).toMatchObject([{ old: { path: "example.com/b", version: "" }, new: { path: "../b" } }]);
    expect(modfile.format(file)).toBe(shop);
  });

  it("counts columns in characters and offsets in bytes", () => {
    const text = 'module "é😀" // ü\ngo 1.20 // x\n';
    const { syntax } = modfile.parse("go.mod", text);
    const [module, go] = syntax.stmt;
    expect(module && modfile.span(module).end).toEqual({ line: 1, column: 12, byte: 15 });
    expect(go && modfile.span(go).start).toEqual({
      line: 2,
      column: 1,
      byte: Buffer.from('module "é😀" // ü\n').length,
    });
  });

  it("lists all errors of the directives, and the first of the syntax", () => {
    const text = "module m\nmodule n\nrequire a\nrequire (\n\texample.com/a v2.0.0\n\texample.com/b master\n)\n";
    const read = (text: string): readonly string[] => {
      try {
        modfile.parse("go.mod", text);
      } catch (error) {
        if (error instanceof modfile.ErrorList) return error.errors.map(modfile.formatError);
      }
      return [];
    };
    expect(read(text)).toEqual([
      "go.mod:2: repeated module statement",
      "go.mod:3: usage: require module/path v1.2.3",
      'go.mod:5:2: require example.com/a: version "v2.0.0" invalid: should be v0 or v1, not v2',
      'go.mod:6:2: require example.com/b: version "master" invalid: must be of the form v1.2.3',
    ]);
    expect(read("module m\n\nrequire (\n\ta v1\n")).toEqual([
      "go.mod:5: syntax error (unterminated block started at go.mod:3:1)",
    ]);
  });

  it("leaves alone what it does not know in a dependency", () => {
    const text = "module m\ngo v1.30.x\nfuture (\n\tx\n)\nexclude what ever it is\n";
    expect(modfile.parseLax("go.mod", text).go?.version).toBe("1.30");
    expect(() => modfile.parse("go.mod", text)).toThrow(modfile.ErrorList);
  });

  it("takes bytes that are no UTF-8 through to the end", () => {
    const bytes = Uint8Array.from([...Buffer.from("module m // caf"), 0xe9, 0x0a]);
    expect(modfile.formatBytes(modfile.parse("go.mod", bytes))).toEqual(bytes);
  });

  it("reads go.work", () => {
    const file = modfile.parseWork("go.work", "go 1.23\n\nuse (\n\t./a\n\t./b // the other\n)\n");
    expect(file.use.map(({ path }) => path)).toEqual(["./a", "./b"]);
  });

  it("gives a syntax tree or an ErrorList for anything, and its own text is stable", () => {
    const piece = fc.constantFrom(
      "module",
      "require",
      "(",
      ")",
      "\n",
      "//",
      " ",
      '"',
      "\\",
      "`",
      "v1.0.0",
      "a.b",
      "\udcff",
      "/*",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }), (parts) => {
        let once: string;
        try {
          once = modfile.format(modfile.parseSyntax("go.mod", parts.join(" ")));
        } catch (error) {
          expect(error).toBeInstanceOf(modfile.ErrorList);
          return;
        }
        expect(modfile.format(modfile.parseSyntax("go.mod", once))).toBe(once);
      }),
    );
  });
});

describe("edits", () => {
  it("make a file", () => {
    const file = modfile.newFile();
    modfile.addModuleStmt(file, "example.com/m");
    modfile.addGoStmt(file, "1.24");
    modfile.addNewRequire(file, "example.com/b", "v1.0.0", true);
    modfile.addRequire(file, "example.com/a", "v1.1.0");
    modfile.addReplace(file, "example.com/a", "", "../a b", "");
    modfile.addTool(file, "example.com/a/cmd/x");
    modfile.cleanup(file);
    // Adding a tool sorts the blocks.
    expect(modfile.format(file)).toBe(`module example.com/m

go 1.24

require (
	example.com/a v1.1.0
	example.com/b v1.0.0 // indirect
)

replace example.com/a => "../a b"

tool example.com/a/cmd/x
`);
  });

  it("put direct and indirect requirements apart", () => {
    const file = modfile.parse("go.mod", shop);
    modfile.setRequireSeparateIndirect(file, [
      { mod: { path: "example.com/a", version: "v1.3.0" }, indirect: true },
      { mod: { path: "example.com/c", version: "v1.0.0" }, indirect: false },
    ]);
    modfile.cleanup(file);
    expect(modfile.format(file)).toContain(
      "require example.com/c v1.0.0\n\nrequire example.com/a v1.3.0 // indirect\n",
    );
  });

  it("say in Go's words what they refuse", () => {
    const file = modfile.newFile();
    expect(() => modfile.addGoStmt(file, "v1.24")).toThrow('invalid language version "v1.24"');
    expect(() => modfile.addExclude(file, "example.com/a", "v2.0.0")).toThrow(
      'version "v2.0.0" invalid: should be v2.0.0+incompatible (or module example.com/a/v2)',
    );
  });
});
