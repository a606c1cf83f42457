import { describe, expect, test } from "vitest";
import { readGithubPipeline } from "./ci/github.ts";
import { dockerBuilds, type DockerBuild } from "./dockerBuilds.ts";

type Told = Partial<Omit<DockerBuild, "contexts" | "place">> & { contexts?: Record<string, string> };

function told(file: string, text: string): readonly Told[] {
  const isCi = file.startsWith(".github/");
  return dockerBuilds([file], () => text, isCi ? [readGithubPipeline(file, text)] : []).map(
    ({ by, dockerfile, context, target, contexts }) => ({
      by,
      dockerfile,
      context,
      target,
      ...(contexts.size > 0 ? { contexts: Object.fromEntries(contexts) } : {}),
    }),
  );
}

const none = { target: undefined };

describe("compose files", () => {
  test.each<[string, string, Told[]]>([
    [
      "a folder alone",
      "services: { a: { build: ./app } }",
      [{ dockerfile: "app/Dockerfile", context: "app", ...none }],
    ],
    [
      "all of it",
      "services:\n  a:\n    build:\n      context: .\n      dockerfile: docker/api.Dockerfile\n      target: Prod\n      additional_contexts: { lib: ../lib }\n",
      [{ dockerfile: "docker/api.Dockerfile", context: "", target: "prod", contexts: { lib: "../lib" } }],
    ],
    [
      "no context",
      "services: { a: { build: { target: x } } }",
      [{ dockerfile: "Dockerfile", context: "", target: "x" }],
    ],
    ["an image", "services: { a: { image: alpine } }", []],
    ["a repository elsewhere", "services: { a: { build: https://example.com/x.git } }", []],
    ["a variable", "services: { a: { build: '${DIR}' } }", []],
    ["above the repository", "services: { a: { build: .. } }", []],
    ["broken", "services: [", []],
  ])("%s", (_, text, wanted) => {
    expect(told("compose.yaml", text)).toEqual(wanted.map((each) => ({ by: "compose", ...each })));
  });

  test("paths are from its own folder", () => {
    expect(told("deploy/docker-compose.dev.yml", "services: { a: { build: ../app } }")).toMatchObject([
      { dockerfile: "app/Dockerfile", context: "app" },
    ]);
  });
});

describe("bake files", () => {
  test("HCL", () => {
    const text = `variable "TAG" { default = "x" }
# target "no" { context = "no" }
target "api" {
  context    = "services/api" // here
  dockerfile = "Dockerfile.prod"
  target     = "final"
  args       = { context = "not/this" }
  contexts = {
    lib = "../lib"
  }
}
target "open" {
  context = "\${TAG}/x"
}
target "call" {
  context = join("/", ["a"])
}
target "plain" {}
`;
    expect(told("docker-bake.hcl", text)).toEqual([
      {
        by: "bake",
        dockerfile: "services/api/Dockerfile.prod",
        context: "services/api",
        target: "final",
        contexts: { lib: "../lib" },
      },
      { by: "bake", dockerfile: "Dockerfile", context: "", target: undefined },
    ]);
  });

  test("JSON", () => {
    expect(told("docker-bake.json", '{"target":{"a":{"context":"x","contexts":{"b":"c"}}}}')).toMatchObject([
      { dockerfile: "x/Dockerfile", context: "x", contexts: { b: "c" } },
    ]);
  });
});

describe("commands of CI", () => {
  const workflow = (...steps: readonly string[]): string =>
    `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n${steps.map((step) => `      - ${step}\n`).join("")}`;
  test.each<[string, string, Told[]]>([
    ["docker build", "run: docker build -t x:1 app", [{ dockerfile: "app/Dockerfile", context: "app", ...none }]],
    [
      "buildx",
      "run: docker buildx build --push -f build/Dockerfile --target=prod --build-context lib=../lib .",
      [{ dockerfile: "build/Dockerfile", context: "", target: "prod", contexts: { lib: "../lib" } }],
    ],
    ["behind a cd", "run: cd app && docker build .", []],
    ["its context is a variable", "run: docker build $DIR", []],
    ["buildx bake", "run: docker buildx bake", []],
    [
      "the action",
      "{ uses: docker/build-push-action@v6, with: { context: app, file: app/x.Dockerfile } }",
      [{ dockerfile: "app/x.Dockerfile", context: "app", ...none }],
    ],
    ["the action by itself", "uses: docker/build-push-action@v6", [{ dockerfile: "Dockerfile", context: "", ...none }]],
  ])("%s", (_, step, wanted) => {
    expect(told(".github/workflows/a.yml", workflow(step))).toEqual(wanted.map((each) => ({ by: "ci", ...each })));
  });
});
