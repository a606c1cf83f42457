// What the pipeline compiles to is judged by those who will read it: GitLab's published JSON Schema and gitlab-ci-local's
// reading of the file (which runs it, too), and GitHub's own workflow parser.
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { GitRepository } from "../harness/gitRepository.ts";
import { goProgram } from "../harness/goProgram.ts";
import { requireAll } from "../harness/require.ts";
import { fairlead, runCommand } from "../harness/pipelineProject.ts";
import { TempDir } from "../harness/tempDir.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";
const gitlabCiLocal = createRequire(import.meta.url).resolve("gitlab-ci-local");

const rich = `
service: { name: shop, image: "registry.example:5000/team/shop" }
pipeline:
  jobs:
    make:
      run:
        - mkdir -p out
        - echo "made of $GREETING" > out/made.txt
      env: { GREETING: "5 $ and 'quotes' \\"both\\": yes" }
      artifacts: ["out/**"]
    lint:
      run: ["echo linted"]
      on: [merge-request, merge]
      image: golangci/golangci-lint:v2
    integration:
      needs: [make, lint]
      run:
        - cat out/made.txt
        - |
          if test -n "$DATABASE_PASSWORD"; then
            echo "a password is there"
          fi
      retries: 5
      env: { DATABASE_PASSWORD: "\${DATABASE_PASSWORD}", URL: "postgres://app:\${DATABASE_PASSWORD}@db/app", MODE: "on" }
      services:
        db: { image: "postgres:17", port: 5432, env: { POSTGRES_PASSWORD: "\${DATABASE_PASSWORD}" }, ready: [pg_isready, -U, app] }
    caching:
      run: ['test "$REDIS_PORT" = 6401 && redis-cli -p "$REDIS_PORT" set a b']
      services:
        redis: { command: [redis-server, --port, "{port}", --dir, "{data}", --save, ""], port: 6401, ready: [redis-cli, -p, "{port}", ping] }
    ask: { approval: true, environment: production, needs: [integration], on: [tag] }
    ship: { run: ["echo shipped"], environment: production, needs: [ask], on: [tag], timeout: 90s }
`;

/** Without files that go from job to job. */
const chain = `
pipeline:
  jobs:
    make:
      run: ['echo "made of $GREETING"']
      env: { GREETING: "5 $ and 'quotes' \\"both\\": yes" }
    use:
      needs: [make]
      run: ['test "\${#DATABASE_PASSWORD}" = 7 && echo a password is there', 'echo "$DATABASE_PASSWORD"']
      env: { DATABASE_PASSWORD: "\${DATABASE_PASSWORD}" }
    bad: { needs: [use], run: ["exit 3"] }
    last: { needs: [bad], run: ["echo never"] }
`;

const simple = `
pipeline:
  jobs:
    unit: { run: ["go test ./..."] }
`;

const goService = "service: { image: registry.example/shop }\nenvironments:\n  staging: { hosts: [web1.example] }\n";

async function projectWith(folder: TempDir, settings: string): Promise<GitRepository> {
  const project = await GitRepository.create(folder.join("project"), "example.com/shop");
  await project.git("remote", "add", "origin", "git@git.example:team/shop.git");
  await project.commit(
    { "fairlead.yaml": settings, Dockerfile: "FROM scratch\n", "lib_test.go": "package lib\n" },
    "Settings",
  );
  return project;
}

async function compiled(folder: TempDir, project: GitRepository, ci: "gitlab" | "github"): Promise<string> {
  // The machine's variables must not come into the file.
  const env = { HOME: folder.path, DATABASE_PASSWORD: "hunter2-hunter2", GREETING: "from the machine" };
  const { status, stdout, stderr } = await fairlead(["pipeline", "compile", "--to", ci, "--stdout"], {
    cwd: project.path,
    env,
  });
  expect(status, stderr).toBe(0);
  expect(stdout).not.toContain("hunter2");
  return stdout;
}

describe("GitLab", () => {
  test.each([
    ["every feature", rich],
    ["one job", simple],
    ["the default pipeline", goService],
  ])("%s: fits the schema, and gitlab-ci-local lists the jobs", async (_, settings) => {
    await using folder = await TempDir.create("compile");
    const project = await projectWith(folder, settings);
    const text = await compiled(folder, project, "gitlab");
    await writeFile(`${project.path}/.gitlab-ci.yml`, text);
    const list = await ciLocal(project, folder, "--list-json");
    expect(list.status, list.stderr).toBe(0);
    expect(list.stderr).toContain("json schema validated");
    const names = z
      .array(z.object({ name: z.string() }))
      .parse(parse(list.stdout))
      .map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    const keys = Object.keys(z.record(z.string(), z.unknown()).parse(parse(text))).filter(
      (key) => !key.startsWith(".") && !["stages", "workflow"].includes(key),
    );
    for (const name of names) expect(keys).toContain(name);
  });

  test("the judge isn't asleep: an unknown key and an undefined need are refused", async () => {
    await using folder = await TempDir.create("compile");
    const project = await projectWith(folder, simple);
    const text = await compiled(folder, project, "gitlab");
    for (const broken of [
      text.replace("unit:\n", "unit:\n  bogus: 1\n"),
      text.replace("needs: []", "needs: [nobody]"),
    ]) {
      expect(broken).not.toBe(text);
      await writeFile(`${project.path}/.gitlab-ci.yml`, broken);
      expect((await ciLocal(project, folder, "--list")).status).not.toBe(0);
    }
  });

  test("two jobs really run, the second with the first one's files, and a service started by command", async ({
    skip,
  }) => {
    requireAll(skip, "rsync", "redis-server");
    await using folder = await TempDir.create("compile");
    // Without what only containers can do.
    const local = rich.replace(/ {6}services:\n {8}db: .*\n/, "").replace(/ {6}image: .*\n/, "");
    const project = await projectWith(folder, local);
    const text = await compiled(folder, project, "gitlab");
    await project.commit({ ".gitlab-ci.yml": text }, "CI");
    const secret = ["--variable", "DATABASE_PASSWORD=hunter2"];
    const run = await ciLocal(project, folder, "--shell-isolation", ...secret, "integration", "caching", "--needs");
    expect(run.status, run.stdout + run.stderr).toBe(0);
    expect(run.stdout).toContain(`made of 5 $ and 'quotes' "both": yes`);
    expect(run.stdout).toContain("a password is there");
    expect(run.stdout).toContain("OK");
    // The service ends with its job.
    await expect(once(connect(6401, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
  });
});

describe("GitHub", () => {
  test.each([
    ["every feature", rich],
    ["one job", simple],
    ["the default pipeline", goService],
  ])("%s: GitHub's parser takes it", async (_, settings) => {
    await using folder = await TempDir.create("compile");
    const project = await projectWith(folder, settings);
    const text = await compiled(folder, project, "github");
    expect(await githubErrors(text)).toEqual([]);
  });

  test("the judge isn't asleep", async () => {
    await using folder = await TempDir.create("compile");
    const text = await compiled(folder, await projectWith(folder, rich), "github");
    for (const [from, to] of [
      ["runs-on:", "run-on:"],
      ["- make", "- nobody"],
      ["github.event_name ==", "github.event_name ="],
    ] as const) {
      expect(text).toContain(from);
      expect(await githubErrors(text.replace(from, to))).not.toEqual([]);
    }
  });

  // Its own runner needs GitHub; nektos/act runs a workflow on the machine itself, but for actions that it would have to fetch.
  const runsForReal = (): void =>
    test("the jobs really run, in order, with their secrets; one that fails stops what needs it", async () => {
      await using folder = await TempDir.create("compile");
      const project = await projectWith(folder, chain);
      const text = await compiled(folder, project, "github");
      await mkdir(`${project.path}/.github/workflows`, { recursive: true });
      await project.commit({ ".github/workflows/fairlead.yml": text }, "CI");
      const act = await goProgram("github.com/nektos/act", "v0.2.89");
      const local = ["-P", "ubuntu-latest=-self-hosted", "--secret", "DATABASE_PASSWORD=hunter2", "--rm"];
      const run = await runCommand(act, ["push", ...local], {
        cwd: project.path,
        env: { HOME: folder.path, XDG_CACHE_HOME: folder.join("cache") },
      });
      expect(run.status, run.stdout + run.stderr).toBe(1);
      expect(run.stdout).toContain("| made of 5 $ and 'quotes' \"both\": yes");
      expect(run.stdout).toContain("| a password is there");
      expect(run.stdout).toMatch(/\[fairlead\/use *\] 🏁 {2}Job succeeded/);
      expect(run.stdout).toMatch(/\[fairlead\/bad *\] 🏁 {2}Job failed/);
      expect(run.stdout).not.toContain("never");
      expect(run.stdout).not.toContain("hunter2");
    });
  // Not even named in an ordinary run: there a skip is a failure.
  if (isLong) runsForReal();

  test("secrets are names; what GitHub would fill into a script is refused", async () => {
    await using folder = await TempDir.create("compile");
    const project = await projectWith(folder, rich);
    const text = await compiled(folder, project, "github");
    expect(text).toContain("DATABASE_PASSWORD: ${{ secrets.DATABASE_PASSWORD }}");
    const scripts = [...text.matchAll(/run: \|\n((?: {10,}.*\n)+)/g)].map(([, script]) => script ?? "");
    expect(scripts.length).toBeGreaterThan(3);
    for (const script of scripts) expect(script).not.toContain("${{");
    await project.commit(
      { "fairlead.yaml": simple.replace("go test ./...", "echo ${{ github.event.issue.title }}") },
      "Trap",
    );
    const refused = await fairlead(["pipeline", "compile", "--to", "github", "--stdout"], {
      cwd: project.path,
      env: { HOME: folder.path },
    });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain("GitHub would fill in");
  });
});

describe("lint", () => {
  test.each(["gitlab", "github"] as const)(
    "%s: compiled again it is the same; a change is a diff and exit 1",
    async (ci) => {
      await using folder = await TempDir.create("compile");
      const project = await projectWith(folder, rich);
      const at = { cwd: project.path, env: { HOME: folder.path } };
      const file = ci === "gitlab" ? ".gitlab-ci.yml" : ".github/workflows/fairlead.yml";
      const compile = (): ReturnType<typeof runCommand> => fairlead(["pipeline", "compile", "--to", ci], at);
      const lint = (): ReturnType<typeof runCommand> => fairlead(["pipeline", "lint"], at);
      expect((await compile()).stderr).toContain(`wrote ${file}`);
      expect((await compile()).stderr).toContain("up to date");
      const clean = await lint();
      expect(clean.status, clean.stdout).toBe(0);

      await writeFile(`${project.path}/fairlead.yaml`, rich.replace("echo linted", "echo linted well"));
      const drift = await lint();
      expect(drift.status).toBe(1);
      expect(drift.stdout).toMatch(/^-.*echo linted$/m);
      expect(drift.stdout).toMatch(/^\+.*echo linted well$/m);

      const written = await readFile(`${project.path}/${file}`, "utf8");
      await writeFile(
        `${project.path}/${file}`,
        written.replace("- make", "- nobody").replace("job: make", "job: nobody"),
      );
      expect((await lint()).stdout).toContain("integration needs nobody, which no job is called");
    },
  );

  test("a file of somebody else's is neither compared nor replaced", async () => {
    await using folder = await TempDir.create("compile");
    const project = await projectWith(folder, simple);
    const at = { cwd: project.path, env: { HOME: folder.path } };
    await writeFile(`${project.path}/.gitlab-ci.yml`, "own:\n  script: [echo]\n");
    expect((await fairlead(["pipeline", "lint"], at)).status).toBe(0);
    expect((await fairlead(["pipeline", "compile", "--to", "gitlab"], at)).status).toBe(2);
    expect(await readFile(`${project.path}/.gitlab-ci.yml`, "utf8")).toContain("own:");
    expect((await fairlead(["pipeline", "compile", "--to", "gitlab", "--force"], at)).status).toBe(0);
  });
});

function ciLocal(project: GitRepository, folder: TempDir, ...args: readonly string[]): ReturnType<typeof runCommand> {
  return runCommand(process.execPath, [gitlabCiLocal, ...args], { cwd: project.path, env: { HOME: folder.path } });
}

async function githubErrors(text: string): Promise<string[]> {
  const file = { name: "fairlead.yml", content: text };
  const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
  if (value === undefined) return ["no value", ...context.errors.getErrors().map(({ message }) => message)];
  const template = await convertWorkflowTemplate(context, value);
  const messages = context.errors.getErrors().map(({ message }) => message);
  return [...messages, ...(template.errors ?? []).map((error) => JSON.stringify(error))];
}
