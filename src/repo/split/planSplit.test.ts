import { describe, expect, test } from "vitest";
import { makeProject } from "../../../test/harness/madeProject.ts";
import { resolveGoEnvironment } from "../goEnvironment.ts";
import { readGoProject } from "../goProject.ts";
import { namedPackages } from "./chosenPackages.ts";
import { planSplit, type SplitPlan, type SplitSettings } from "./planSplit.ts";
import { worthSplitting } from "./unneeded.ts";

type Files = Readonly<Record<string, string>>;

const settings: SplitSettings = { into: "repositories", group: "example.com/team", tags: [], cache: undefined };

const noGo = resolveGoEnvironment({
  environment: {},
  userFile: undefined,
  gorootFile: undefined,
  builtIn: undefined,
  hasGo: false,
}).variable;

async function plan(files: Files, packages: string | undefined, more: Partial<SplitSettings> = {}): Promise<SplitPlan> {
  await using folder = await makeProject(files);
  const project = await readGoProject(folder.path, { settings: noGo, moduleCache: null });
  const chosen = packages === undefined ? worthSplitting(project) : namedPackages(project, packages.split(","));
  if (chosen === undefined) throw new Error("nothing is worth it");
  return await planSplit(project, chosen, { ...settings, ...more });
}

/** A Go file of the package that its folder is named after. */
function go(name: string, ...imports: readonly string[]): string {
  return `package ${name}\n${imports.map((path) => `\nimport _ "${path}"\n`).join("")}`;
}

const goMod = (path: string, ...rest: readonly string[]): string =>
  `module ${path}\n\ngo 1.24\n${rest.map((each) => `\n${each}\n`).join("")}`;

/** What is made: each module with its version, its packages by old folder and new import path, and what it requires. */
function made({ made, changed }: SplitPlan): readonly string[] {
  return made.map((each) => {
    const requires = changed.find(({ after }) => after.made === each)?.requires ?? [];
    return [
      `${each.path} ${each.tag}:`,
      ...each.packages.map(({ dir, newPath }) => `${dir}=${newPath.slice(each.path.length) || "/"}`),
      ...requires.map(({ path, version }) => `+${path}@${version}`),
    ].join(" ");
  });
}

function textOf(plan: SplitPlan, path: string): string | undefined {
  return plan.texts.find((each) => each.path === path)?.text;
}

const base: Files = {
  "go.mod": goMod("example.com/team/mono", "require (\n\texample.org/big v1.0.0\n\texample.org/small v1.1.0\n)"),
  "big/big.go": go("big", "example.org/big", "example.com/team/mono/one"),
};

describe("which packages become which modules", () => {
  test.each<readonly [string, Files, string, readonly string[]]>([
    [
      "one package goes to the root of its repository",
      { ...base, "lib/one/one.go": go("one"), "one/one.go": go("one", "example.org/small/x") },
      "one",
      ["example.com/team/one v0.1.0: one=/ +example.org/small@v1.1.0"],
    ],
    [
      "what two need is a module of its own, released first",
      {
        ...base,
        "one/one.go": go("one", "example.com/team/mono/base"),
        "two/two.go": go("two", "example.com/team/mono/base"),
        "base/base.go": go("base"),
      },
      "one,two",
      [
        "example.com/team/base v0.1.0: base=/",
        "example.com/team/one v0.1.0: one=/ +example.com/team/base@v0.1.0",
        "example.com/team/two v0.1.0: two=/ +example.com/team/base@v0.1.0",
      ],
    ],
    [
      "one that was asked for and that another one needs",
      { ...base, "one/one.go": go("one", "example.com/team/mono/two"), "two/two.go": go("two") },
      "one,two",
      ["example.com/team/two v0.1.0: two=/", "example.com/team/one v0.1.0: one=/ +example.com/team/two@v0.1.0"],
    ],
    [
      "only a test needs it",
      {
        ...base,
        "one/one.go": go("one"),
        "one/one_test.go": go("one_test", "example.com/team/mono/testing/fake"),
        "testing/fake/fake.go": go("fake", "example.org/small"),
      },
      "one",
      ["example.com/team/one v0.1.0: one=/ testing/fake=/testing/fake +example.org/small@v1.1.0"],
    ],
    [
      "internal: its importers come along, and it stays importable",
      {
        ...base,
        "one/one.go": go("one", "example.com/team/mono/internal/x"),
        "two/two.go": go("two", "example.com/team/mono/internal/x"),
        "internal/x/x.go": go("x"),
      },
      "one",
      ["example.com/team/one v0.1.0: internal/x=/internal/x one=/ two=/two"],
    ],
    [
      "internal above the package: the way of all is kept, but for what they share",
      {
        ...base,
        "one/one.go": go("one"),
        "lib/one/one.go": go("one", "example.com/team/mono/lib/internal/x"),
        "lib/internal/x/x.go": go("x"),
      },
      "lib/one",
      ["example.com/team/one v0.1.0: lib/internal/x=/internal/x lib/one=/"],
    ],
    [
      "a package beside internal of its own folder's name: nothing goes to the root",
      {
        ...base,
        "one/one.go": go("one"),
        "a/b/b.go": go("b", "example.com/team/mono/a/internal/x", "example.com/team/mono/c"),
        "a/internal/x/x.go": go("x"),
        "c/c.go": go("c"),
      },
      "a/b",
      ["example.com/team/b v0.1.0: a/b=/a/b a/internal/x=/a/internal/x c=/c"],
    ],
    [
      "files that another package embeds",
      {
        ...base,
        "one/one.go": 'package one\n\nimport _ "embed"\n\n//go:embed pages/a.html\nvar page string\n',
        "one/pages/pages.go": go("pages"),
        "one/pages/a.html": "a",
      },
      "one",
      ["example.com/team/one v0.1.0: one=/ one/pages=/pages"],
    ],
    [
      "a folder with all below it is one module",
      { ...base, "one/one.go": go("one"), "kit/a/a.go": go("a"), "kit/b/c/c.go": go("c") },
      "kit/...",
      ["example.com/team/kit v0.1.0: kit/a=/a kit/b/c=/b/c"],
    ],
    [
      "two of the same name",
      { ...base, "one/one.go": go("one"), "a/log/log.go": go("log"), "b/log/log.go": go("log") },
      "a/log,b/log",
      ["example.com/team/log v0.1.0: a/log=/", "example.com/team/b-log v0.1.0: b/log=/"],
    ],
    [
      "the package of the module's own folder",
      { ...base, "mono.go": go("mono"), "one/one.go": go("one"), "README.md": "# Mono\n" },
      ".",
      ["example.com/team/mono-root v0.1.0: .=/"],
    ],
  ])("%s", async (_, files, packages, expected) => {
    expect(made(await plan(files, packages))).toEqual(expected);
  });

  test("without names: what other modules import, by folder and users", async () => {
    const app = (name: string, ...imports: readonly string[]): Files => ({
      [`${name}/go.mod`]: goMod(`example.com/team/mono/${name}`, "require example.com/team/mono v0.2.0"),
      [`${name}/main.go`]: go("main", ...imports.map((path) => `example.com/team/mono/${path}`)),
    });
    const files = {
      ...base,
      "one/one.go": go("one"),
      "kit/a/a.go": go("a"),
      "kit/b/b.go": go("b"),
      ...app("web", "kit/a", "kit/b", "one"),
      ...app("api", "kit/a", "kit/b"),
      ...app("all", "big"),
    };
    expect(made(await plan(files, undefined))).toEqual([
      "example.com/team/kit v0.1.0: kit/a=/a kit/b=/b",
      "example.com/team/one v0.1.0: one=/",
    ]);
  });
});

describe("versions and tags", () => {
  const files = (path: string): Files => ({
    "go.mod": goMod(path),
    "one/one.go": go("one"),
    "big/big.go": go("big", `${path}/one`),
  });

  test.each<readonly [string, readonly string[], Partial<SplitSettings>, string, string | undefined]>([
    ["example.com/team/mono", [], {}, "example.com/team/one v0.1.0: one=/", undefined],
    [
      "example.com/team/mono",
      ["v0.9.3", "v0.10.1", "v0.11.0-rc.1"],
      {},
      "example.com/team/one v0.1.0: one=/",
      "v0.11.0",
    ],
    ["example.com/team/mono", ["v1.4.2", "v2.0.0"], {}, "example.com/team/one v1.0.0: one=/", "v1.5.0"],
    ["example.com/team/mono/v3", ["v3.1.0"], {}, "example.com/team/one/v3 v3.0.0: one=/", "v3.2.0"],
    ["example.com/team/mono", ["v1.0.0"], { into: "modules" }, "example.com/team/mono/one one/v1.0.0: one=/", "v1.1.0"],
    [
      "example.com/team/mono/v3",
      ["v3.1.0"],
      { into: "modules" },
      "example.com/team/mono/one/v3 one/v3.0.0: one=/",
      "v3.2.0",
    ],
  ])("%s %j %j", async (path, tags, more, expected, next) => {
    const split = await plan(files(path), "one", { ...more, tags });
    expect(made(split)).toEqual([expected]);
    expect(split.changed.at(-1)?.after).toMatchObject({ path, version: next });
  });

  test("a module in a folder", async () => {
    const nested = Object.fromEntries(
      Object.entries(files("example.com/team/mono/lib")).map(([path, text]) => [`lib/${path}`, text]),
    );
    const split = await plan(nested, "lib/one", { into: "modules", tags: ["lib/v0.4.0", "v7.0.0"] });
    expect(made(split)).toEqual(["example.com/team/mono/lib/one lib/one/v0.1.0: lib/one=/"]);
    expect(split.changed.at(-1)?.after.tag).toBe("lib/v0.5.0");
  });
});

describe("what the modules that stay say", () => {
  test("imports, requirements and tools move; a replacement nobody needs goes", async () => {
    const split = await plan(
      {
        ...base,
        "one/one.go": go("one", "example.org/small"),
        "one/gen/main.go": go("main"),
        "go.mod": `${base["go.mod"]}\ntool example.com/team/mono/one/gen\n`,
        "api/go.mod": goMod(
          "example.com/team/mono/api",
          "require example.com/team/mono v0.0.0",
          "replace example.com/team/mono => ../",
        ),
        "api/main.go": go("main", "example.com/team/mono/one"),
        "api/notes.txt":
          "see example.com/team/mono/one.Version and example.com/team/mono/one/gen, not example.com/team/mono/one/two\n",
      },
      "one/...",
    );
    expect(textOf(split, "api/main.go")).toBe(go("main", "example.com/team/one"));
    expect(textOf(split, "api/go.mod")).toBe(
      goMod(
        "example.com/team/mono/api",
        "require example.com/team/one v0.1.0",
        "require example.org/small v1.1.0 // indirect",
      ),
    );
    expect(textOf(split, "go.mod")).toBe(
      goMod(
        "example.com/team/mono",
        "require (\n\texample.com/team/one v0.1.0\n\texample.org/big v1.0.0\n)",
        "require example.org/small v1.1.0 // indirect",
        "tool example.com/team/one/gen",
      ),
    );
    expect(split.mentions).toEqual(["api/notes.txt:1"]);
    expect(split.removed).toEqual(["one/gen/main.go", "one/one.go"]);
    expect(split.warnings.join("\n")).toContain("go mod download");
  });

  test("what reaches above its folder, and helpers that import what stays", async () => {
    const split = await plan(
      {
        ...base,
        "one/one.go": 'package one\n\nconst schema = "../schema/a.sql"\n',
        "one/gen.go": '//go:build ignore\n\npackage main\n\nimport _ "example.com/team/mono/big"\n\nfunc main() {}\n',
        "one/c.h": '#include "../big/big.h"\n',
      },
      "one",
    );
    expect(split.warnings.slice(1)).toEqual([
      "one/c.h:1: reaches above its folder, which is another place now",
      "one/one.go:3: reaches above its folder, which is another place now",
      "one/gen.go (go:build ignore) imports example.com/team/mono/big, which its new module does not require",
    ]);
  });

  test("replacements by modules and exclusions that count for a new one go with it", async () => {
    const split = await plan(
      {
        ...base,
        "go.mod": `${base["go.mod"]}\nexclude (\n\texample.org/big v0.9.0\n\texample.org/small v1.0.0\n)\n\nreplace example.org/small v1.1.0 => example.org/fork v1.1.1\n`,
        "one/one.go": go("one", "example.org/small"),
      },
      "one",
    );
    expect(split.changed[0]?.goMod).toBe(
      goMod(
        "example.com/team/one",
        "require example.org/small v1.1.0",
        "exclude example.org/small v1.0.0",
        "replace example.org/small v1.1.0 => example.org/fork v1.1.1",
      ),
    );
  });

  test("a workspace uses the new folders, and takes them for versions that are not there yet", async () => {
    const split = await plan(
      {
        ...base,
        "one/one.go": go("one"),
        "api/go.mod": goMod("example.com/team/mono/api", "require example.com/team/mono v0.2.0"),
        "api/main.go": go("main", "example.com/team/mono/one"),
        "go.work": "go 1.24\n\nuse (\n\t.\n\t./api\n)\n",
      },
      "one",
      { into: "modules" },
    );
    expect(textOf(split, "go.work")).toBe(
      "go 1.24\n\nuse (\n\t.\n\t./api\n\t./one\n)\n\nreplace example.com/team/mono/one v0.1.0 => ./one\n\nreplace example.com/team/mono v0.3.0 => ./\n",
    );
    expect(split.texts.map(({ path }) => path)).toEqual([
      "api/go.mod",
      "api/go.sum",
      "go.mod",
      "go.sum",
      "go.work",
      "one/go.mod",
    ]);
  });
});

describe("what can't be", () => {
  const app: Files = {
    "api/go.mod": goMod("example.com/team/mono/api", "require example.com/team/mono v0.2.0"),
  };
  test.each<readonly [string, Files, string, Partial<SplitSettings>, string]>([
    [
      "all hangs together",
      {
        "go.mod": base["go.mod"] ?? "",
        "a/a.go": go("a", "example.com/team/mono/internal/x"),
        "b/b.go": go("b", "example.com/team/mono/internal/x"),
        "internal/x/x.go": go("x"),
      },
      "a",
      {},
      "where what is internal may be imported as before",
    ],
    [
      "another module imports what is internal",
      {
        ...base,
        "one/one.go": go("one", "example.com/team/mono/one/internal/x"),
        "one/internal/x/x.go": go("x"),
        "one/api/go.mod": goMod("example.com/team/mono/one/api", "require example.com/team/mono v0.2.0"),
        "one/api/main.go": go("main", "example.com/team/mono/one/internal/x"),
      },
      "one",
      {},
      "one/api/main.go imports example.com/team/mono/one/internal/x, which would be example.com/team/one/internal/x",
    ],
    [
      "a dependency imports what would move",
      {
        ...base,
        "one/one.go": go("one"),
        "vendor/modules.txt": "# example.org/big v1.0.0\n## explicit\nexample.org/big\n",
        "vendor/example.org/big/big.go": go("big", "example.com/team/mono/one"),
      },
      "one",
      {},
      "example.com/team/mono is built with example.org/big, which imports example.com/team/mono/one by this path",
    ],
    [
      "the root can't be nested",
      { ...base, "mono.go": go("mono"), "one/one.go": go("one", "example.com/team/mono") },
      "one",
      { into: "modules" },
      "can't be a nested module beside it, and one/one.go imports it",
    ],
    [
      "modules that would need each other",
      {
        ...base,
        "one/one.go": go("one", "example.com/team/mono/two"),
        "one/sub/sub.go": go("sub"),
        "two/two.go": go("two", "example.com/team/mono/one/sub"),
      },
      "one",
      { into: "modules" },
      "require each other",
    ],
    [
      "a neighbour that is only a folder",
      {
        ...base,
        ...app,
        "api/api.go": go("api"),
        "one/one.go": go("one", "example.com/team/mono/api"),
        "go.mod": goMod(
          "example.com/team/mono",
          "require example.com/team/mono/api v0.0.0",
          "replace example.com/team/mono/api => ./api",
        ),
      },
      "one",
      {},
      "is only a folder (replace in ./go.mod)",
    ],
    [
      "a path that is none",
      { ...base, "one/one.go": go("one") },
      "one",
      { group: "nodot" },
      "nodot/one can't be a module's path",
    ],
  ])("%s", async (_, files, packages, more, message) => {
    await expect(plan(files, packages, more)).rejects.toThrow(message);
  });
});
