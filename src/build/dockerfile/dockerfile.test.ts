// Whole Dockerfiles for every shape of project, as golden files: a change of the template is read there, line by line.
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readMadeProject } from "../../../test/harness/madeProject.ts";
import { dockerfileChoices, type AskedFor } from "../init/choices.ts";
import { neededFiles, renderDockerignore } from "./dockerignore.ts";
import { ignoreMatcher, ignorePatterns } from "../../repo/ignorePattern.ts";
import { dockerfileRecipe, type DockerfileRecipe } from "./recipe.ts";
import { renderDockerfile } from "./render.ts";

type Files = Readonly<Record<string, string>>;

const golden = resolve(import.meta.dirname, "../../../test/fixtures/dockerfiles");
const goMod = "module example.com/team/shop\n\ngo 1.24\n";
const server = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n';
const plain = "package main\n\nfunc main() {}\n";
/** Without this import, go:embed is a comment like any other. */
const embedding = (source: string): string => source.replace("package main\n", 'package main\n\nimport "embed"\n');

const shapes: readonly {
  readonly name: string;
  readonly files: Files;
  readonly asked?: AskedFor;
  readonly environment?: Files;
}[] = [
  { name: "root", files: { "go.mod": goMod, "main.go": server, "README.md": "", "main_test.go": "package main\n" } },
  {
    name: "cmd-layout",
    files: {
      "go.mod": `${goMod}\nrequire github.com/x/y v1.2.3\n`,
      "go.sum": "",
      "cmd/shop/main.go":
        'package main\n\nvar version = "dev"\n\nfunc main() { p := os.Getenv("PORT"); if p == "" { p = "9000" }; http.ListenAndServe(":"+p, nil); os.Getenv("DATABASE_URL") }\n',
      "cmd/worker/main.go": plain,
      "examples/x/main.go": plain,
    },
  },
  {
    name: "cgo",
    files: {
      "go.mod": goMod,
      "main.go": 'package main\n\n// #cgo LDFLAGS: -lsqlite3 -lspecial\nimport "C"\n\nfunc main() {}\n',
    },
  },
  {
    name: "cgo-and-static",
    files: {
      "go.mod": goMod,
      "cmd/shop/main.go": server,
      "cmd/worker/main.go": 'package main\n\nimport "C"\n\nfunc main() {}\n',
    },
  },
  {
    name: "embed",
    files: {
      "go.mod": goMod,
      "main.go": `${embedding(server)}\n//go:embed docs/*.md all:dist testdata/seed.sql\nvar files embed.FS\n`,
      "docs/help.md": "",
      "dist/index.html": "",
      "testdata/seed.sql": "",
      LICENSE: "",
    },
  },
  {
    name: "workspace",
    files: {
      "go.work": "go 1.27rc1\n\nuse (\n\t./api\n\t./lib\n)\n",
      "go.work.sum": "",
      "api/go.mod": "module example.com/api\n\ngo 1.24\n\nrequire github.com/x/y v1.0.0\n",
      "api/go.sum": "",
      "api/main.go": server,
      "lib/go.mod": "module example.com/lib\n",
      "lib/lib.go": "package lib\n",
    },
    asked: { name: "api" },
  },
  {
    name: "nested-module",
    files: {
      "services/api/go.mod":
        "module example.com/api\n\ngo 1.24\n\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../../lib\n",
      "services/api/cmd/api/main.go": server,
      "services/api/templates/x.html": "",
      "services/api/cmd/api/views.go":
        'package main\n\nfunc views() { template.ParseGlob("templates/*.html"); os.ReadFile("config.yaml") }\n',
      "services/api/config.yaml": "",
      "lib/go.mod": "module example.com/lib\n",
      "lib/lib.go": "package lib\n",
    },
    asked: { name: "api", port: 9999 },
  },
  {
    name: "vendor",
    files: {
      "go.mod": `${goMod}\nrequire github.com/x/y v1.2.3\n`,
      "go.sum": "",
      "main.go": server,
      "vendor/modules.txt": "",
      "vendor/github.com/x/y/README.md": "",
      "vendor/github.com/x/y/y.go": "package y\n",
    },
  },
  {
    name: "private",
    files: { "go.mod": `${goMod}\nrequire git.corp.example/team/lib v1.2.3\n`, "go.sum": "", "main.go": plain },
    environment: { GOPRIVATE: "*.corp.example" },
    asked: { privatePatterns: ["github.com/acme"], go: "1.25.3" },
  },
];

async function make(files: Files, asked: AskedFor = {}, environment: Files = {}) {
  const project = await readMadeProject(files, environment);
  const recipe = dockerfileRecipe(project, dockerfileChoices(project, asked, undefined, undefined));
  return { project, recipe };
}

describe.each(shapes)("$name", ({ name, files, asked, environment }) => {
  test("Dockerfile", async () => {
    const { recipe } = await make(files, asked, environment);
    const warnings = recipe.warnings.map((warning) => `# warning: ${warning}\n`).join("");
    await expect(warnings + renderDockerfile(recipe)).toMatchFileSnapshot(`${golden}/${name}.Dockerfile`);
  });

  test(".dockerignore hides nothing that the build reads", async () => {
    const { project, recipe } = await make(files, asked, environment);
    const text = renderDockerignore(project, recipe);
    const patterns = ignorePatterns(text);
    expect(neededFiles(project, recipe).filter(ignoreMatcher(patterns))).toEqual([]);
    await expect(text).toMatchFileSnapshot(`${golden}/${name}.dockerignore`);
  });
});

describe("what can't be built says why", () => {
  test.each<[string, Files, AskedFor, RegExp]>([
    ["a library", { "go.mod": goMod, "x.go": "package x\n" }, {}, /example\.com\/team\/shop is a library/],
    [
      "another program",
      { "go.mod": goMod, "main.go": plain },
      { programs: ["./cmd/x"] },
      /\.\/cmd\/x is none of the programs here, which are \./,
    ],
    [
      "an older Go",
      { "go.mod": goMod, "main.go": plain },
      { go: "1.23" },
      /Go 1\.23 can't build this project.*asks for 1\.24/,
    ],
    ["no version", { "go.mod": goMod, "main.go": plain }, { go: "new" }, /"new" is no Go version/],
    [
      "a name that a shell would read",
      { "go.mod": goMod, "cmd/a $(b)/main.go": plain },
      {},
      /has characters that mean something else/,
    ],
    [
      "a pattern that ends an instruction",
      { "go.mod": goMod, "main.go": plain },
      { privatePatterns: ["a\nRUN x"] },
      /is no pattern for GOPRIVATE/,
    ],
  ])("%s", async (_, files, asked, message) => {
    await expect(make(files, asked)).rejects.toThrow(message);
  });
});

test.each<[string, Files, RegExp]>([
  [
    "replace leads outside",
    { "go.mod": `${goMod}\nreplace example.com/lib => ../lib\n`, "main.go": plain },
    /lies outside of this folder/,
  ],
  [
    "a go.work member outside",
    { "go.work": "go 1.24\n\nuse (\n\t.\n\t../lib\n)\n", "go.mod": goMod, "main.go": plain },
    /uses \.\.\/lib, which lies outside/,
  ],
  [
    "only the loopback address",
    { "go.mod": goMod, "main.go": server.replace(":8080", "localhost:8080") },
    /main\.go:5 listens on the loopback address/,
  ],
  [
    "nothing to embed",
    { "go.mod": goMod, "main.go": `${embedding(plain)}//go:embed dist\nvar f embed.FS\n` },
    /main\.go embeds dist, and nothing here matches/,
  ],
  [
    "GOPRIVATE doesn't cover it",
    { "go.mod": `${goMod}\nrequire git.corp.example/a v1.0.0\n`, "main.go": plain },
    /looks private, and GOPRIVATE here doesn't cover it/,
  ],
])("a warning: %s", async (_, files, message) => {
  const { recipe } = await make(files);
  expect(recipe.warnings).toContainEqual(expect.stringMatching(message));
});

describe("the default program comes last", () => {
  const order = async (files: Files, asked: AskedFor = {}): Promise<string[]> => {
    const { recipe }: { recipe: DockerfileRecipe } = await make({ "go.mod": goMod, ...files }, asked);
    return recipe.programs.map((each) => each.package);
  };
  test.each<[string, Files, AskedFor, string[]]>([
    ["the root's", { "main.go": plain, "cmd/a/main.go": server }, {}, ["./cmd/a", "."]],
    ["the service's name", { "cmd/shop/main.go": plain, "cmd/a/main.go": server }, {}, ["./cmd/a", "./cmd/shop"]],
    ["the one that listens", { "cmd/a/main.go": server, "cmd/b/main.go": plain }, {}, ["./cmd/b", "./cmd/a"]],
    [
      "the first of those asked for",
      { "cmd/a/main.go": plain, "cmd/b/main.go": plain, "cmd/c/main.go": plain },
      { programs: ["b", "./cmd/a/"] },
      ["./cmd/a", "./cmd/b"],
    ],
    ["no helpers", { "tools/gen/main.go": plain, "app/main.go": plain }, {}, ["./app"]],
    ["a helper, if there is nothing else", { "tools/gen/main.go": plain }, {}, ["./tools/gen"]],
  ])("%s", async (_, files, asked, expected) => expect(await order(files, asked)).toEqual(expected));
});
