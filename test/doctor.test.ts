// The doctor as people use it: the command, its formats and fixes.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { ExampleFiles } from "../src/doctor/rule.ts";
import { tryCommand, type CommandRun } from "./harness/command.ts";
import { GitRepository } from "./harness/gitRepository.ts";
import { writeProject as project } from "./harness/writeProject.ts";
import { TempDir } from "./harness/tempDir.ts";
import { saveImages } from "./image/savedImage.ts";

const launcher = resolve(import.meta.dirname, "../bin/fairlead");

test("fairlead.yaml decides how loud a rule is, and what is left be where; it must name rules that there are", async () => {
  const settings = `doctor:
  failOn: error
  rules:
    docker/env-lost-between-runs: advice
    tag/*: off
  ignore:
    - rule: docker/shell-form-without-shell
      files: Dockerfile
      reason: the base of our registry has a shell
    - rule: docker/root-user
      files: [old/**]
      reason: nobody knows any more
`;
  await using folder = await project({ ...broken, "fairlead.yaml": settings });
  const found = await doctor(folder, "--json");
  expect(found, found.stderr).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(found.stdout)).toMatchObject({
    findings: [
      { rule: "doctor/unused-ignore", file: "fairlead.yaml", line: 10 },
      { rule: "docker/env-lost-between-runs", severity: "advice" },
    ],
  });
  expect(await doctor(folder, "--fail-on", "advice")).toMatchObject({ exitCode: 1 });
  await writeFile(folder.join("fairlead.yaml"), settings.replace("rules:\n", "rules:\n    docker/rot-user: off\n"));
  const unknown = await doctor(folder);
  expect(unknown).toMatchObject({ exitCode: 2 });
  expect(unknown.stderr).toContain("names docker/rot-user, and there is no such rule; did you mean docker/root-user?");
  await writeFile(folder.join("fairlead.yaml"), "doctor:\n  ignore:\n    - rule: docker/root-user\n");
  const broke = await doctor(folder);
  expect(broke).toMatchObject({ exitCode: 2 });
  expect(broke.stderr).toContain("fairlead.yaml:3");
});

test("a revision of git is looked at as it was, whatever the work tree holds", async () => {
  await using dir = await TempDir.create("doctor");
  const repository = await GitRepository.create(dir.join("repo"), "example.com/a");
  await repository.commit({ "cmd/Dockerfile": "FROM scratch\nENTRYPOINT /app\n", "é ü.txt": "x" }, "Broken");
  await repository.git("tag", "v1.0.0");
  await repository.commit({ "cmd/Dockerfile": 'FROM scratch\nENTRYPOINT ["/app"]\n' }, "Mended");
  const at = (...args: readonly string[]): Promise<CommandRun> =>
    tryCommand([launcher, "doctor", repository.path, "--rule", "docker/shell-form-without-shell", ...args], {});
  expect(await at()).toMatchObject({ exitCode: 0 });
  const broken = await at("--revision", "v1.0.0");
  expect(broken).toMatchObject({ exitCode: 1 });
  expect(broken.stdout).toContain("error cmd/Dockerfile:2:1 docker/shell-form-without-shell");
  expect((await at("--revision", "v1.0.0", "--diff")).stdout).toContain('+ENTRYPOINT ["/app"]');
  const unknown = await at("--revision", "--output=/tmp/x");
  expect(unknown).toMatchObject({ exitCode: 2 });
  expect(unknown.stderr).toContain('reading revision "--output=/tmp/x"');
});

test("an editor's text is told about instead of the file's, and mended on standard output", async () => {
  await using folder = await project({ ...broken, "cmd/x/Dockerfile": "FROM scratch\n" });
  await mkdir(folder.join(".git"));
  const run = (input: string, ...args: readonly string[]): Promise<CommandRun> =>
    tryCommand([launcher, "doctor", "--stdin-filename", "x/Dockerfile", ...args, "-"], {
      cwd: folder.join("cmd"),
      input,
    });
  const found = await run("FROM scratch\nENTRYPOINT /app\n", "--json");
  expect(JSON.parse(found.stdout)).toMatchObject({
    findings: [{ rule: "docker/shell-form-without-shell", file: "cmd/x/Dockerfile", line: 2 }, {}],
  });
  expect((await run("FROM scratch\nENTRYPOINT /app\n", "--fix")).stdout).toBe('FROM scratch\nENTRYPOINT ["/app"]\n');
  expect(await readFile(folder.join("cmd/x/Dockerfile"), "utf8")).toBe("FROM scratch\n");
  expect(await run('FROM scratch\nENTRYPOINT ["/app"]\n', "--fix")).toMatchObject({
    exitCode: 0,
    stdout: 'FROM scratch\nENTRYPOINT ["/app"]\n',
  });
});

test("--probe asks the sources that are set up here; without it nobody is asked", async () => {
  await using folder = await project({
    "go.mod": "module example.com/app\n\ngo 1.24.0\n\nrequire example.com/lib v1.0.0\n",
    "main.go": "package main\n",
  });
  await using empty = await TempDir.create("proxy");
  const env = { ...process.env, NO_COLOR: "1", GOPROXY: `file://${empty.path}`, GONOSUMDB: "*", GOPRIVATE: "" };
  const run = (...args: readonly string[]): Promise<CommandRun> =>
    tryCommand([launcher, "doctor", folder.path, "--rule", "env/source-fails", ...args], { env });
  expect(await run()).toMatchObject({ exitCode: 0, stdout: "nothing found\n" });
  const asked = await run("--probe");
  expect(asked).toMatchObject({ exitCode: 1 });
  expect(asked.stdout).toContain("error the environment env/source-fails");
  expect(asked.stdout).toContain("example.com/lib v1.0.0: the last proxy says 404");
  expect(asked.stderr).toContain("asking module sources and registries");
});

test("an image that was built is looked into, and told of at the instruction that makes it so", async () => {
  const start = '#!/bin/bash\nexec /app "$@"\n';
  await using folder = await project({
    "start.sh": start,
    Dockerfile: 'FROM scratch\nCOPY --chmod=755 start.sh /start.sh\nUSER 65532\nENTRYPOINT ["/start.sh"]\n',
  });
  await using archive = await TempDir.create("image");
  const config = { Entrypoint: ["/start.sh"], User: "65532" };
  const layers = [
    [
      { name: "start.sh", content: start },
      { name: "root/.netrc", content: "" },
    ],
  ];
  await writeFile(archive.join("app.tar"), saveImages([{ tag: "app:1", layers, config }]));
  const found = await doctor(folder, "--image", archive.join("app.tar"), "--json");
  expect(found, found.stderr).toMatchObject({ exitCode: 1 });
  expect(JSON.parse(found.stdout)).toMatchObject({
    findings: [
      { rule: "image/secret-inside", file: "Dockerfile", line: 2 },
      { rule: "image/will-not-start", file: "Dockerfile", line: 4, severity: "error" },
    ],
  });
  expect((await doctor(folder, "--image", archive.join("app.tar"))).stdout).toContain("no such file or directory");
  expect(await doctor(folder, "--image", archive.join("none.tar"))).toMatchObject({ exitCode: 2 });
});

function doctor(folder: TempDir, ...args: readonly string[]): Promise<CommandRun> {
  return tryCommand([launcher, "doctor", folder.path, ...args], { env: { ...process.env, NO_COLOR: "1" } });
}

const broken: ExampleFiles = {
  "go.mod": "module example.com/app\n\ngo 1.24.0\n",
  "main.go": "package main\n\nfunc main() {}\n",
  ".dockerignore": ".git\n",
  Dockerfile:
    "FROM golang:1.24 AS build\r\nCOPY . .\r\nRUN CGO_ENABLED=0\r\nRUN go build -o /app .\r\nFROM scratch\r\nCOPY --from=build /app /app\r\nUSER 65532\r\nENTRYPOINT /app\r\n",
};

test("findings in every format, fixes that keep line ends, and nothing left after them", async () => {
  await using folder = await project(broken);
  const found = await doctor(folder);
  expect(found, found.stderr).toMatchObject({ exitCode: 1 });
  expect(found.stdout).toContain("error Dockerfile:3:1 docker/env-lost-between-runs");
  expect(found.stdout).toContain("2 errors, 0 warnings, 0 advice");
  expect(found.stdout).toContain('        -ENTRYPOINT /app\n        +ENTRYPOINT ["/app"]\n');
  expect(found.stdout).toContain("  leave # fairlead ignore=docker/env-lost-between-runs the reason\n");

  const json: unknown = JSON.parse((await doctor(folder, "--json")).stdout);
  const at = { file: "Dockerfile", line: 3, column: 1, rule: "docker/env-lost-between-runs", severity: "error" };
  expect(json).toMatchObject({
    schemaVersion: 1,
    findings: [at, { line: 8, rule: "docker/shell-form-without-shell" }],
  });
  const sarif: unknown = JSON.parse((await doctor(folder, "--format", "sarif")).stdout);
  expect(sarif).toMatchObject({
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { rules: [{ id: at.rule }, {}] } },
        results: [{ ruleId: at.rule, ruleIndex: 0, level: "error" }, {}],
      },
    ],
  });
  expect(JSON.parse((await doctor(folder, "--format", "gitlab")).stdout)).toMatchObject([
    { check_name: at.rule, location: { path: "Dockerfile", lines: { begin: 3 } } },
    {},
  ]);
  expect((await doctor(folder, "--format", "github")).stdout).toMatch(/^::error file=Dockerfile,line=3,col=1,/);

  const shown = await doctor(folder, "--diff");
  expect(shown.stdout).toContain("-RUN CGO_ENABLED=0");
  expect(await readFile(folder.join("Dockerfile"), "utf8")).toBe(broken["Dockerfile"]);
  const fixed = await doctor(folder, "--fix");
  expect(fixed, fixed.stderr).toMatchObject({ exitCode: 0 });
  expect(await readFile(folder.join("Dockerfile"), "utf8")).toBe(
    (broken["Dockerfile"] ?? "").replace("RUN CGO", "ENV CGO").replace("ENTRYPOINT /app", 'ENTRYPOINT ["/app"]'),
  );
  expect(await doctor(folder)).toMatchObject({ exitCode: 0, stdout: "nothing found\n" });
});

test("a baseline leaves out what was there before; wrong usage is told", async () => {
  await using folder = await project(broken);
  const baseline = folder.join("baseline");
  expect(await doctor(folder, "--baseline", baseline, "--write-baseline")).toMatchObject({ exitCode: 0 });
  expect(await doctor(folder, "--baseline", baseline)).toMatchObject({ exitCode: 0 });
  await writeFile(folder.join("Dockerfile"), `${broken["Dockerfile"] ?? ""}ENV API_TOKEN=x\n`);
  expect((await doctor(folder, "--baseline", baseline)).stdout).toContain("docker/secret-in-variable");
  expect(await doctor(folder, "--rule", "docker/no-such")).toMatchObject({ exitCode: 2 });
  expect(await doctor(folder, "--rule", "nobody/*")).toMatchObject({ exitCode: 2 });
  expect((await doctor(folder, "--rule", "tag/*", "docker/*")).stdout).toContain("docker/secret-in-variable");
  expect(await doctor(folder, "--rule", "tag/*")).toMatchObject({ exitCode: 0 });
  expect(await doctor(folder, "--baseline", folder.join("nothing"))).toMatchObject({ exitCode: 2 });
});
