// `fairlead dockerfile` against BuildKit: projects of every shape are built from the Dockerfile and .dockerignore that it prints,
// with modules through Fairlead's own gateway, and the images run as they would on a host. FAIRLEAD_LONG=1 builds all of the
// real projects and writes docs/evidence/dockerfiles.md.
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ignoreMatcher } from "../../src/repo/ignorePattern.ts";
import { command, tryCommand } from "../harness/command.ts";
import type { DockerEngine } from "../harness/dockerEngine.ts";
import { writeEvidence } from "../harness/evidence.ts";
import { sumLines } from "../harness/sumLines.ts";
import { GitServer } from "../harness/gitServer.ts";
import { makeProject } from "../harness/madeProject.ts";
import { missing, requireAll } from "../harness/require.ts";
import { ImageWorld } from "./imageWorld.ts";
import { otherProjects, smallProjects, tryProject } from "./realProjects.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";
const report = await readFile(resolve(import.meta.dirname, "../fixtures/services/report/main.go"), "utf8");

let world: ImageWorld;
let engine: DockerEngine;
beforeAll(async () => {
  if (missing(...ImageWorld.needs) !== undefined) return;
  world = await ImageWorld.start();
  engine = world.engine;
}, 600_000);
afterAll(() => world?.[Symbol.asyncDispose]());

/** Runs the reporting service until it has answered; it must end by SIGTERM. */
async function reportOf(tag: string, ...options: readonly string[]): Promise<unknown> {
  const { id, address } = await world.start(tag, options);
  const answer = await world.answer(`http://${address}:8080/`);
  await engine.docker(["stop", "--time", "20", id]);
  expect((await engine.docker(["inspect", "--format", "{{.State.ExitCode}}", id])).trim()).toBe("17");
  await engine.docker(["rm", id]);
  return JSON.parse(answer);
}

const sound = {
  uid: 65532,
  user: "nonroot",
  home: "/home/nonroot",
  certificates: true,
  berlin: true,
  level: "info",
  temp: true,
  app: false,
};

// On two busy cores a first compilation of net/http takes minutes.
describe("generated Dockerfiles build and run", { timeout: 1_500_000 }, () => {
  beforeEach(({ skip }) => requireAll(skip, ...ImageWorld.needs));

  test("a static service with embedded files, a version, labels and settings", async () => {
    await using project = await makeProject({
      "go.mod": "module example.com/team/shop\n\ngo 1.24\n",
      "main.go": report,
      "version.go": 'package main\n\nvar version = "dev"\n',
      "extra.go":
        'package main\n\nimport "embed"\n\n//go:embed all:dist testdata/x.md\nvar files embed.FS\n\nfunc extra() string {\n\ta, _ := files.ReadFile("dist/.keep")\n\tb, _ := files.ReadFile("testdata/x.md")\n\treturn string(a) + string(b)\n}\n',
      "dist/.keep": "kept",
      "dist/index.html": "",
      "testdata/x.md": " and read",
      "testdata/y": "",
      "main_test.go": "this is no Go",
    });
    expect((await world.generate(project.path)).stderr).toBe("");
    const arguments_ = [
      "--build-arg",
      "VERSION=v1.2.3",
      "--build-arg",
      "REVISION=abc",
      "--build-arg",
      "SOURCE_DATE_EPOCH=1700000000",
    ];
    await world.build(project.path, "shop", ...arguments_);
    expect(await reportOf("shop", "--env", "TZ=Europe/Berlin", "--read-only", "--tmpfs", "/tmp")).toEqual({
      ...sound,
      version: "v1.2.3",
      local: "Europe/Berlin",
      extra: "kept and read",
    });
    const config: unknown = JSON.parse(await engine.docker(["inspect", "--format", "{{json .Config}}", "shop"]));
    expect(config).toMatchObject({
      User: "65532:65532",
      Entrypoint: ["/usr/local/bin/shop"],
      ExposedPorts: { "8080/tcp": {} },
      StopSignal: "SIGTERM",
      Labels: { "org.opencontainers.image.revision": "abc", "org.opencontainers.image.version": "v1.2.3" },
    });
    // The same source gives the same program.
    const first = await world.programOf("shop", "shop");
    await world.build(project.path, "shop-again", ...arguments_, "--no-cache");
    expect(await world.programOf("shop-again", "shop")).toBe(first);
  });

  test("a workspace with two programs: a change of the source leaves the dependency layer alone", async () => {
    const printing = (what: string): string =>
      `package main\n\nimport (\n\t"fmt"\n\t"os"\n\n\t"example.com/lib"\n)\n\nfunc main() { fmt.Println("${what}", lib.ID(), os.Getuid()) }\n`;
    await using project = await makeProject({
      "go.work": "go 1.24\n\nuse (\n\t./app\n\t./lib\n)\n",
      "app/go.mod": "module example.com/app\n\ngo 1.24\n",
      "app/cmd/app/main.go": printing("app"),
      "app/cmd/worker/main.go": printing("worker"),
      "lib/go.mod": "module example.com/lib\n\ngo 1.24\n\nrequire github.com/google/uuid v1.6.0\n",
      "lib/lib.go": `package lib\n\nimport "github.com/google/uuid"\n\nfunc ID() string { return uuid.NewSHA1(uuid.NameSpaceURL, []byte("x")).String() }\n`,
    });
    expect(await world.go.run(["mod", "tidy"], project.join("lib"))).toMatchObject({ exitCode: 0 });
    await world.generate(project.path, "--main", "app", "--main", "worker");
    await world.build(project.path, "app");
    expect(await engine.docker(["run", "--rm", "app"])).toMatch(/^app [0-9a-f-]{36} 65532\n$/);
    await writeFile(project.join("app/cmd/worker/main.go"), printing("other"));
    const log = await world.build(project.path, "worker", "--target", "worker");
    expect(stepOf(log, "go mod download")).toContain("CACHED");
    expect(stepOf(log, "go build")).not.toContain("CACHED");
    expect(await engine.docker(["run", "--rm", "worker"])).toMatch(/^other /);
    // What the build doesn't read makes no difference.
    await writeFile(project.join("README.md"), "changed");
    await writeFile(project.join("app/cmd/app/main_test.go"), "package main");
    expect(stepOf(await world.build(project.path, "worker", "--target", "worker"), "go build")).toContain("CACHED");
  });

  test("cgo runs on the C library that it was built with", async () => {
    await using project = await makeProject({
      "go.mod": "module example.com/native\n\ngo 1.24\n",
      "main.go":
        'package main\n\n// #include <gnu/libc-version.h>\n// #include "own/add.h"\nimport "C"\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() { fmt.Println(C.GoString(C.gnu_get_libc_version()), C.add(1, 2), os.Getuid()) }\n',
      "own/add.h": "static int add(int a, int b) { return a + b; }\n",
    });
    await world.generate(project.path);
    await world.build(project.path, "native");
    expect(await engine.docker(["run", "--rm", "native"])).toMatch(/^2\.\d+ 3 65532\n$/);
  });

  test("vendored: nothing is downloaded", async () => {
    await using project = await makeProject({
      "go.mod": "module example.com/vendored\n\ngo 1.24\n\nrequire github.com/google/uuid v1.6.0\n",
      "cmd/vendored/main.go":
        'package main\n\nimport (\n\t"fmt"\n\n\t"github.com/google/uuid"\n)\n\nfunc main() { fmt.Println(len(uuid.NewString())) }\n',
    });
    expect(await world.go.run(["mod", "tidy"], project.path)).toMatchObject({ exitCode: 0 });
    expect(await world.go.run(["mod", "vendor"], project.path)).toMatchObject({ exitCode: 0 });
    await world.generate(project.path);
    await world.build(project.path, "vendored", "--build-arg", "GOPROXY=off", "--network", "none");
    expect(await engine.docker(["run", "--rm", "vendored"])).toBe("36\n");
  });

  test("a private module over git with a password, which is in no layer, no log and no history", async () => {
    const name = "git.corp.example";
    const password = "glpat-XyZ0123456789secret";
    await using server = await GitServer.start({ address: engine.lan.address, name, user: "ci", password });
    const repository = await server.repository("team/lib");
    await repository.commit({ "lib.go": 'package lib\n\nconst Text = "private"\n' }, "Say something");
    await repository.git("tag", "v1.2.0");
    await using project = await makeProject({
      "go.mod": `module example.com/user\n\ngo 1.24\n\nrequire ${name}/team/lib v1.2.0\n`,
      "main.go": `package main\n\nimport "${name}/team/lib"\n\nfunc main() { println(lib.Text) }\n`,
      "ca/ca.crt": server.authority,
      "ca/Dockerfile":
        "FROM golang:1.26-bookworm\nCOPY ca.crt /usr/local/share/ca-certificates/corp.crt\nRUN update-ca-certificates\n",
      "ca/netrc": `machine ${name} login ci password ${password}\n`,
    });
    const files = {
      "go.mod": await readFile(`${repository.path}/go.mod`, "utf8"),
      "lib.go": await readFile(`${repository.path}/lib.go`, "utf8"),
    };
    await writeFile(project.join("go.sum"), sumLines(`${name}/team/lib`, "v1.2.0", files));
    expect((await world.generate(project.path)).stderr).toContain("looks private, and GOPRIVATE here doesn't cover it");
    await engine.docker(["build", "--tag", "golang:corp", project.join("ca")]);
    const corporate = ["--build-arg", "GO_IMAGE=golang:corp", "--add-host", `${name}:${engine.lan.address}`];
    await expect(world.build(project.path, "user", ...corporate)).rejects.toThrow(
      /terminal prompts disabled|401 Unauthorized/,
    );
    const log = await world.build(
      project.path,
      "user",
      ...corporate,
      "--secret",
      `id=netrc,src=${project.join("ca/netrc")}`,
    );
    // Without a network: with one, an engine on a machine that forwards nothing would add a warning.
    const run = await engine.tryDocker(["run", "--rm", "--network", "none", "user"]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "private\n" });
    expect(log).not.toContain(password);
    expect(await engine.docker(["history", "--no-trunc", "user"])).not.toContain(password);
    const found = "docker save user | grep --text --count --fixed-strings -- ".replace("docker", "/usr/bin/docker");
    const search = await tryCommand(["sh", "-c", found + password], { env: { ...process.env, ...engine.env } });
    expect(search.stdout.trim()).toBe("0");
  });
});

describe("real projects build and run", { timeout: 1_500_000 }, () => {
  beforeEach(({ skip }) => requireAll(skip, ...ImageWorld.needs));
  const projects = isLong ? [...smallProjects, ...otherProjects] : smallProjects;
  const rows: string[] = [];

  test.each(projects)("$shape", async (project) => void rows.push(await tryProject(world, project)));

  afterAll(async () => {
    if (!isLong || rows.length === 0) return;
    const title = "# Real projects built from the Dockerfile that `fairlead dockerfile` prints\n\n";
    const head = "| project | shape | image, MB | in the image, as user 65532 |\n|---|---|---|---|\n";
    await writeEvidence("dockerfiles", `${title}${head}${rows.join("\n")}\n`);
  });
});

describe("our reading of .dockerignore is Docker's", { timeout: 300_000 }, () => {
  beforeEach(({ skip }) => requireAll(skip, ...ImageWorld.needs));

  const paths = [
    "a.go",
    "a_test.go",
    "b.md",
    "docs/b.md",
    "docs/x/b.md",
    "docs/x/c.go",
    "dist/.keep",
    "dist/a/b.md",
    "x/docs/b.md",
    "a*b",
    "vendor/m/docs/LICENSE",
    "deep/er/testdata/y.json",
  ];
  const lists = [
    ["**/*.md", "!docs/*.md"],
    ["docs", "!docs/x/c.go"],
    ["*", "!*.go", "!docs"],
    ["**", "!**/x"],
    ["**/docs/**", "!docs/x"],
    ["/dist/", "**/testdata", "!deep/er/testdata/y.*"],
    ["*/*", "!d?st"],
    ["**/*_test.go", "a\\*b", "[a-c].md"],
    ["x", "vendor/*/docs", "!vendor"],
    ["docs/*", "!**/*.go", "d*/a"],
    ["./b.md", "dist/../a.go", "**/x/"],
    ["**/*.md", "!vendor", "!dist"],
  ];
  test.each(lists.map((patterns) => ({ patterns, shown: patterns.join(" ") })))("$shown", async ({ patterns }) => {
    const files = Object.fromEntries(paths.map((path) => [path, "x"]));
    await using project = await makeProject(files);
    await using output = await makeProject({});
    await writeFile(project.join(".dockerignore"), patterns.join("\n"));
    await engine.docker(["build", "--output", output.path, "--file", "-", project.path], {
      input: "FROM scratch\nCOPY . /\n",
    });
    const found = await command(["find", output.path, "-type", "f", "-printf", "%P\n"]);
    const kept = found.split("\n").filter((path) => path !== "" && path !== ".dockerignore");
    expect(kept.sort()).toEqual(paths.filter((path) => !ignoreMatcher(patterns)(path)).sort());
  });
});

/** What BuildKit says of the step with this text in its command: its lines. */
function stepOf(log: string, text: string): string {
  const number = new RegExp(`^#(\\d+) \\[.*\\] RUN .*${text}`, "m").exec(log)?.[1];
  return log
    .split("\n")
    .filter((line) => line.startsWith(`#${number} `))
    .join("\n");
}
