import { symlink } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { makeProject, readMadeProject } from "../../test/harness/madeProject.ts";
import { resolveGoEnvironment } from "./goEnvironment.ts";
import { readGoProject } from "./goProject.ts";

const read = readMadeProject;
const noGo = { environment: {}, userFile: undefined, gorootFile: undefined, builtIn: undefined, hasGo: false };
const bare = { settings: resolveGoEnvironment(noGo).variable, moduleCache: null };

const goMod = "module example.com/team/shop\n\ngo 1.24\n";
const main = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n';

test("a program at the root, and what is no program", async () => {
  const project = await read({
    "go.mod": "module example.com/team/shop/v2\n\ngo 1.24.2\n\ntoolchain go1.26.1\n",
    "main.go": main,
    "main_test.go": "package main\n",
    "gen.go": "//go:build ignore\n\npackage main\n\nfunc main() {}\n",
    "lib/lib.go": "package lib\n",
    "win/main_windows.go": "package main\n\nfunc main() {}\n",
    "testdata/x/main.go": "package main\n\nfunc main() {}\n",
    "_old/main.go": "package main\n\nfunc main() {}\n",
    "node_modules/x/main.go": "package main\n\nfunc main() {}\n",
    "nomain/x.go": "package main\n",
  });
  expect(project.mains).toMatchObject([
    { package: ".", name: "shop", importPath: "example.com/team/shop/v2", files: ["main.go"], isServer: true },
  ]);
  expect(project.mains[0]?.listens).toEqual([
    { port: 8080, evidence: "listens", onlyLoopback: false, file: "main.go", line: 5 },
  ]);
  expect(project.modules).toMatchObject([
    { dir: ".", go: "1.24.2", toolchain: "go1.26.1", hasSum: false, hasVendor: false },
  ]);
  expect(project.hasTests).toBe(true);
  expect(project.packageDirs).toEqual([".", "lib", "nomain", "win"]);
});

test("several modules: by a workspace and by replace lines, seen from the root", async () => {
  const project = await read({
    "go.work": "go 1.25\n\nuse (\n\t./api\n\t./lib\n\t../outside\n)\n\nreplace example.com/old => ./api/fork\n",
    "api/go.mod":
      "module example.com/api\n\ngo 1.24\n\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../lib\n",
    "api/cmd/api/main.go": 'package main\n\nimport "example.com/lib/serve"\n\nfunc main() { serve.Run() }\n',
    "lib/go.mod": "module example.com/lib\n",
    "lib/serve/serve.go": 'package serve\n\nimport "net/http"\n\nfunc Run() { http.ListenAndServe(":7070", nil) }\n',
  });
  expect(project.modules.map(({ dir, go }) => [dir, go])).toEqual([
    ["api", "1.24"],
    ["lib", undefined],
  ]);
  expect(project.workspace).toMatchObject({ go: "1.25", use: ["api", "lib", "../outside"] });
  expect(project.workspace?.replaces).toMatchObject([
    { path: "example.com/old", by: { kind: "folder", dir: "api/fork" } },
  ]);
  expect(project.modules[0]?.replaces).toMatchObject([{ by: { kind: "folder", dir: "lib", written: "../lib" } }]);
  expect(project.mains).toMatchObject([{ package: "./api/cmd/api", moduleDir: "api", name: "api" }]);
  // What a package of another module says counts too.
  expect(project.mains[0]?.listens).toMatchObject([{ port: 7070, file: "lib/serve/serve.go" }]);
});

describe("cgo", () => {
  const withImport = (path: string): string => `package main\n\nimport _ "${path}"\n\nfunc main() {}\n`;
  const required = `${goMod}\nrequire github.com/x/y v1.2.3\n`;
  const vendored = (files: Readonly<Record<string, string>>): Record<string, string> => ({
    "go.mod": required,
    "main.go": withImport("github.com/x/y/z"),
    "vendor/modules.txt": "# github.com/x/y v1.2.3\n",
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`vendor/github.com/x/y/z/${name}`, text])),
  });
  const withC =
    '/*\n#cgo pkg-config: libgit2\n#cgo linux LDFLAGS: -lm -lsqlite3\n#cgo windows LDFLAGS: -lws2\n*/\nimport "C"\n';
  test.each<[string, Record<string, string>, string[]]>([
    ["none", { "go.mod": goMod, "main.go": main }, []],
    [
      "its own",
      { "go.mod": goMod, "main.go": `package main\n\n${withC}\nfunc main() {}\n` },
      ["example.com/team/shop"],
    ],
    ["its own, in a comment", { "go.mod": goMod, "main.go": 'package main\n\n// import "C"\n\nfunc main() {}\n' }, []],
    ["in vendor/", vendored({ "z.go": `package z\n\n${withC}` }), ["github.com/x/y/z"]],
    [
      "in vendor/, for another system",
      vendored({ "z_windows.go": `package z\n\n${withC}`, "z.go": "package z\n" }),
      [],
    ],
    [
      "in vendor/, with something for builds without it",
      vendored({ "z.go": `package z\n\n${withC}`, "z_pure.go": "//go:build !cgo\n\npackage z\n" }),
      [],
    ],
    [
      "in vendor/, as a choice",
      vendored({ "z_cgo.go": `//go:build cgo\n\npackage z\n\n${withC}`, "z.go": "package z\n" }),
      [],
    ],
    [
      "in a package that only cgo files import",
      vendored({ "c.go": `//go:build cgo\n\npackage z\n\nimport _ "plugin"\n`, "z.go": "package z\n" }),
      [],
    ],
    ["the standard library's", { "go.mod": goMod, "main.go": withImport("plugin") }, ["plugin"]],
    [
      "known by name",
      { "go.mod": goMod, "main.go": withImport("github.com/mattn/go-sqlite3") },
      ["github.com/mattn/go-sqlite3"],
    ],
  ])("%s", async (_, files, because) => {
    const [program] = (await read(files)).mains;
    expect(program?.cgo.because.map(({ importPath }) => importPath)).toEqual(because);
  });

  test("the libraries it is linked with, for linux, without libc's", async () => {
    const [program] = (await read(vendored({ "z.go": `package z\n\n${withC}` }))).mains;
    expect(program?.cgo.because).toMatchObject([{ libraries: ["sqlite3"], pkgConfig: ["libgit2"] }]);
  });

  test("a module cache is looked into, by escaped path and replaced version; what is nowhere is named", async () => {
    await using cache = await makeProject({ "github.com/!x/fork@v1.0.0/z/z.go": `package z\n\n${withC}` });
    const project = await read(
      {
        "go.mod": `${required}\nreplace github.com/x/y => github.com/X/fork v1.0.0\n`,
        "main.go":
          'package main\n\nimport (\n\t_ "github.com/x/y/z"\n\t_ "github.com/other/one"\n)\n\nfunc main() {}\n',
      },
      {},
      cache.path,
    );
    expect(project.mains[0]?.cgo).toMatchObject({
      because: [{ importPath: "github.com/x/y/z" }],
      unread: ["github.com/other/one"],
    });
  });
});

test("private modules: by GOPRIVATE, by their looks, and not those that a folder replaces", async () => {
  const files = {
    "go.mod": `${goMod}
require (
	git.corp.example/team/a v1.0.0
	github.com/acme/b v1.0.0
	github.com/other/c v1.0.0
	git.corp.example/team/d v1.0.0
)

replace git.corp.example/team/d => ./d
`,
    "main.go": main,
    "d/go.mod": "module git.corp.example/team/d\n",
  };
  expect((await read(files, { GOPRIVATE: "github.com/acme" })).privateModules).toEqual([
    { path: "git.corp.example/team/a", version: "v1.0.0", known: false, pattern: "git.corp.example" },
    { path: "github.com/acme/b", version: "v1.0.0", known: true, pattern: "github.com/acme" },
  ]);
});

test("embedded files as go:embed takes them", async () => {
  const { embeds } = await read({
    "go.mod": goMod,
    "main.go": `${main.replace("\n", '\nimport "embed"\n')}\n//go:embed static all:views *.txt sub/x?.json missing\nvar files embed.FS\n`,
    "static/a.css": "",
    "static/.hidden": "",
    "static/deep/_no/b": "",
    "static/deep/c": "",
    "views/.keep": "",
    "one.txt": "",
    "sub/two.txt": "",
    "sub/x1.json": "",
  });
  expect(embeds.map(({ pattern, matches }) => [pattern, matches])).toEqual([
    ["static", ["static/a.css", "static/deep/c"]],
    ["all:views", ["views/.keep"]],
    ["*.txt", ["one.txt"]],
    ["sub/x?.json", ["sub/x1.json"]],
    ["missing", []],
  ]);
});

test("files opened at run time: those that are there, as folders where a pattern names them, and no .env", async () => {
  const { mains } = await read({
    "go.mod": goMod,
    "main.go":
      'package main\n\nfunc main() {\n\ttemplate.ParseGlob("views/*.html")\n\tos.Open("gone")\n\tgodotenv.Open(".env")\n\tos.ReadFile("a/b.sql")\n}\n',
    "views/x.html": "",
    ".env": "SECRET=1",
    "a/b.sql": "",
  });
  expect(mains[0]?.opens).toEqual(["views", "a/b.sql"]);
});

describe("a hostile repository", () => {
  test("symlinks are not followed", async () => {
    await using folder = await makeProject({ "go.mod": goMod, "main.go": main });
    await symlink("/etc", folder.join("etc"));
    await symlink("/etc/passwd", folder.join("passwd.go"));
    const project = await readGoProject(folder.path, bare);
    expect(project.tree.files).toEqual(["go.mod", "main.go"]);
  });

  test("a go.mod that is a link is none", async () => {
    await using folder = await makeProject({ "main.go": main });
    await symlink("/etc/passwd", folder.join("go.mod"));
    await expect(readGoProject(folder.path, bare)).rejects.toThrow(
      /holds Go files \(main\.go\) and no go\.mod: `go mod init/,
    );
  });

  test.each([
    [{ "go.mod": "module example.com/x\n\nrequire (\n" }, /go\.mod can't be understood.*\n.*syntax error/],
    [{ "go.mod": "go 1.24\n", "x.go": "package x\n" }, /go\.mod has no module line/],
    [{ "go.mod": goMod, "go.work": "use\n" }, /go\.work can't be understood/],
    [{ "README.md": "" }, /holds no go\.mod and no Go files/],
  ])("%j", async (files, message) => {
    await expect(read(files)).rejects.toThrow(message);
  });

  test("import paths lead nowhere outside of vendor/ and the cache", async () => {
    const { mains } = await read({
      "go.mod": `${goMod}\nrequire github.com/x/y v1.2.3\n`,
      "vendor/modules.txt": "",
      "main.go": 'package main\n\nimport _ "github.com/x/../../../../etc"\n\nfunc main() {}\n',
    });
    expect(mains[0]?.cgo.because).toEqual([]);
  });
});
