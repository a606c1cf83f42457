// `fairlead init` as a person and as a script run it.
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { command, type CommandRun, tryCommand } from "../harness/command.ts";
import { makeProject } from "../harness/madeProject.ts";

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");
const env = { ...process.env, GOPRIVATE: "", GOENV: "off", NO_COLOR: "1" };

function fairlead(cwd: string, ...args: readonly string[]): Promise<CommandRun> {
  return tryCommand([launcher, ...args], { cwd, env });
}

const files = {
  "go.mod": "module example.com/team/shop\n\ngo 1.24\n",
  "cmd/shop/main.go":
    'package main\n\nfunc main() { http.HandleFunc("/healthz", ok); http.ListenAndServe(":8080", nil) }\n',
  "cmd/shop/main_test.go": "package main\n",
  "cmd/worker/main.go": "package main\n\nfunc main() {}\n",
};

describe("fairlead init", () => {
  test("writes what is missing; the settings are sound, the CI says what the pipeline says, and again changes nothing", async () => {
    await using project = await makeProject(files);
    await command(["git", "init", "--quiet", project.path]);
    await command(["git", "-C", project.path, "remote", "add", "origin", "git@gitlab.corp.example:team/shop.git"]);
    await command(["git", "-C", project.path, "add", "--all"]);
    const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    await command(["git", "-C", project.path, ...who, "commit", "--quiet", "--message", "First"]);
    const hosts = ["--host", "staging=deploy@s1.example", "--host", "production=w1", "--host", "production=w2"];
    const first = await fairlead(project.path, "init", "--yes", "--image", "registry.example/team/shop", ...hosts);
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect(first.stdout).toContain("+++ b/Dockerfile");
    expect(first.stdout).toContain("Wrote fairlead.yaml, Dockerfile, .dockerignore, .gitlab-ci.yml.");

    expect(await fairlead(project.path, "config", "check")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await fairlead(project.path, "pipeline", "lint")).toMatchObject({ exitCode: 0 });
    expect(await readFile(project.join(".gitlab-ci.yml"), "utf8")).toContain("fairlead deploy");
    expect(await readFile(project.join("Dockerfile"), "utf8")).toContain(
      'org.opencontainers.image.source="https://gitlab.corp.example/team/shop"',
    );

    const again = await fairlead(project.path, "init", "--yes");
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stdout.match(/as it should be/g)).toHaveLength(4);
    expect(again.stdout).toContain("Nothing to write.");
    // What people change in their settings is theirs.
    await writeFile(project.join("fairlead.yaml"), "service: { name: shop, port: 8080 }\n");
    expect((await fairlead(project.path, "init", "--yes")).stdout).toMatch(/^ {2}fairlead\.yaml +there: kept\n/);
  });

  test("keeps what is there; with --force it shows the difference and replaces it, hosts apart", async () => {
    await using project = await makeProject({ ...files, Dockerfile: "FROM mine\n" });
    await fairlead(project.path, "init", "--yes", "--ci", "none", "--host", "staging=deploy@s1.example");
    expect(await readFile(project.join("Dockerfile"), "utf8")).toBe("FROM mine\n");
    const settings = await readFile(project.join("fairlead.yaml"), "utf8");
    await writeFile(project.join("fairlead.yaml"), settings.replace("samples: 10", "samples: 20"));
    const forced = await fairlead(project.path, "init", "--yes", "--ci", "none", "--force");
    expect(forced.stdout).toContain("-FROM mine\n");
    expect(forced.stdout).toContain("-      samples: 20\n+      samples: 10\n");
    expect(await readFile(project.join("fairlead.yaml"), "utf8")).toBe(settings);
  });

  test("asks on a terminal, and writes nothing without a yes", async () => {
    await using project = await makeProject(files);
    // util-linux's script is the terminal.
    const ask = (answer: string): Promise<CommandRun> =>
      tryCommand(["script", "--quiet", "--return", "--command", `${launcher} init --ci github`, "/dev/null"], {
        cwd: project.path,
        env,
        input: answer,
      });
    const no = await ask("n\n");
    expect(no.stdout).toContain(
      "Write fairlead.yaml, Dockerfile, .dockerignore, .github/workflows/fairlead.yml? [y/N]",
    );
    expect(no).toMatchObject({ exitCode: 1 });
    expect(await fairlead(project.path, "config", "check")).toMatchObject({
      stdout: expect.stringContaining("no fairlead.yaml here"),
    });
    expect(await ask("y\n")).toMatchObject({ exitCode: 0 });
    expect(await readFile(project.join(".github/workflows/fairlead.yml"), "utf8")).toContain("go vet");
  });

  test("where nobody can be asked it says so, and shows all the same", async () => {
    await using project = await makeProject(files);
    const run = await fairlead(project.path, "init");
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--yes writes the files, --dry-run shows them"),
    });
    expect(run.stdout).toContain("+++ b/fairlead.yaml");
  });

  test("--json tells scripts what was found, decided and written", async () => {
    await using project = await makeProject(files);
    const run = await fairlead(project.path, "init", "--json", "--yes", "--ci", "none");
    const said: unknown = JSON.parse(run.stdout);
    expect(said).toMatchObject({
      schemaVersion: 1,
      written: true,
      files: [{ path: "fairlead.yaml", state: "new" }, { path: "Dockerfile" }, { path: ".dockerignore" }],
      recipe: {
        main: "./cmd/shop",
        port: 8080,
        healthPath: "/healthz",
        programs: [{ name: "worker" }, { name: "shop" }],
      },
    });
  });

  test.each<[string, Readonly<Record<string, string>>, readonly string[], number, RegExp]>([
    ["no module", { "main.go": "package main\n" }, [], 2, /go mod init/],
    ["a library", { ...files, "cmd/shop/main.go": "", "cmd/worker/main.go": "" }, [], 2, /is a library/],
    ["settings with a mistake", { ...files, "fairlead.yaml": "service: { port: many }\n" }, [], 2, /fairlead\.yaml:1/],
    ["a host without its environment", files, ["--host", "w1"], 2, /environment=user@host:port/],
    ["a folder in the way", { ...files, "Dockerfile/x": "" }, ["--yes"], 3, /Dockerfile is there and no plain file/],
  ])("%s", async (_, made, args, exitCode, message) => {
    await using project = await makeProject(made);
    const run = await fairlead(project.path, "init", ...args);
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toMatch(message);
  });
});
