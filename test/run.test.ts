// fairlead run: the command and what it sees, what is told while it runs and at its end.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommandRun, tryCommand } from "./harness/command.ts";
import { filePath } from "./harness/escaped.ts";
import { FaultyUpstream } from "./harness/faultyUpstream.ts";
import { GitRepository } from "./harness/gitRepository.ts";
import { machineGo } from "./harness/goTools.ts";
import { makeProject } from "./harness/madeProject.ts";
import { TempDir } from "./harness/tempDir.ts";
import { testModule } from "./harness/testModule.ts";

const launcher = resolve(import.meta.dirname, "../bin/fairlead");
const path = "example.com/lib";
const version = "v1.0.0";

const scope = new AsyncDisposableStack();
let upstream: FaultyUpstream;
let folder: TempDir;
let folders = 0;

beforeAll(async () => {
  upstream = scope.use(await FaultyUpstream.start(testModule(path, version, { ballast: 300_000 })));
  folder = scope.use(await TempDir.create("run"));
});
afterAll(async () => {
  await scope.disposeAsync();
});

/** A data folder that nobody has used. */
function fresh(): string {
  return folder.join(`data${folders++}`);
}

const quiet = { ...process.env, CI: "true", GOSUMDB: "off", GOFLAGS: "", GONOPROXY: "none", GOPRIVATE: "" };

function run(args: readonly string[], command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
  const line = [launcher, "run", "--upstream", upstream.url, ...args, "--", ...command];
  return tryCommand(line, { env: { ...quiet, ...env }, cwd: folder.path });
}

const fetchZip = ["sh", "-c", `curl -sS --fail "$GOPROXY${filePath(path, version, "zip")}" | wc -c`];

describe("the command", () => {
  test("is the real go, which downloads through a gateway that is gone afterwards", async () => {
    const go = machineGo()?.command ?? "go";
    const env = { GOMODCACHE: folder.join("mod"), GOFLAGS: "-modcacherw" };
    const download = [go, "mod", "download", "-json", `${path}@${version}`];
    const { exitCode, stdout, stderr } = await run(["--data", fresh()], download, env);
    expect(stderr).toContain("1 module, 3 answers, 0.3 MB; 0 from the cache");
    expect(stderr).toContain(`${upstream.url}: 3 answers`);
    expect(JSON.parse(stdout)).toMatchObject({ Path: path, Version: version });
    expect(exitCode).toBe(0);
  });

  test("gets its arguments, its input and its status as without us", async () => {
    const script = 'printf "%s|" "$@"; echo "${GOPROXY%:*}"; exit 7';
    const { exitCode, stdout } = await run(["--data", fresh()], ["sh", "-c", script, "sh", "-x", "a b", "--json"]);
    expect(stdout).toBe("-x|a b|--json|http://127.0.0.1\n");
    expect(exitCode).toBe(7);
  });

  test("goes on to direct where it would have without us", async () => {
    const line = [launcher, "run", "--upstream", `${upstream.url},direct`, "--data", fresh(), "--"];
    const { stdout } = await tryCommand([...line, "sh", "-c", 'echo "$GOPROXY"'], { env: quiet });
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+,direct\n$/);
  });

  test("that is not there ends with a shell's status", async () => {
    const { exitCode, stderr } = await run(["--data", fresh()], ["no-such-command"]);
    expect(stderr).toContain('there is no command "no-such-command" in PATH');
    expect(exitCode).toBe(127);
  });

  test("gets our signals, and its end by one is told as a shell does", async () => {
    const script = "trap 'echo stopped; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    const line = ["run", "--upstream", upstream.url, "--data", fresh(), "--", "sh", "-c", script];
    const child = spawn(launcher, line, { env: quiet, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    expect(output).toBe("ready\nstopped\n");
    expect(code).toBe(3);
    expect((await run(["--data", fresh()], ["sh", "-c", "kill -9 $$"])).exitCode).toBe(137);
  });
});

describe("what is told", () => {
  test("the second time everything comes from the cache, offline too", async () => {
    const data = fresh();
    await run(["--data", data], fetchZip);
    const { stderr, exitCode } = await run(["--data", data, "--offline"], fetchZip);
    expect(stderr).toContain("1 module, 1 answer, 0.3 MB; 1 from the cache (0.3 MB)");
    expect(exitCode).toBe(0);
  });

  test("a retry, a failure and its reason", async () => {
    const zip = filePath(path, version, "zip");
    upstream.fail(zip, { kind: "status", status: 503, body: "in maintenance" });
    const retried = await run(["--data", fresh()], fetchZip);
    expect(retried.stderr).toContain(`${path}@${version} zip: ${upstream.url} 503: in maintenance; trying again`);
    expect(retried.stderr).toContain("1 retry");
    upstream.fail(zip, { kind: "status", status: 403, body: "blocked by policy 7" });
    const failed = await run(["--data", fresh()], fetchZip);
    expect(failed.stderr).toContain(`${path}@${version} zip: ${upstream.url} 403: blocked by policy 7`);
    expect(failed.stderr).toContain("1 × forbidden");
  });

  test("what is stuck, and since when", async () => {
    const { promise, resolve: goOn } = Promise.withResolvers<void>();
    upstream.fail(filePath(path, version, "zip"), { kind: "stall", atByte: 100_000, until: promise });
    const line = ["run", "--upstream", upstream.url, "--data", fresh(), "--", ...fetchZip];
    const child = spawn(launcher, line, { env: quiet, stdio: ["ignore", "ignore", "pipe"] });
    const closed = once(child, "close");
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // It is told of once nothing has come for some seconds, however long the start took.
    await expect
      .poll(() => stderr, { timeout: 60_000 })
      .toMatch(/waiting for example\.com\/lib@v1\.0\.0 zip, 0\.1 MB of 0\.3 MB, from http:\S+, nothing for \d+\.\d s/);
    goOn();
    await closed;
    expect(stderr).toContain("slowest:");
  });

  test("events as JSON", async () => {
    const { stderr } = await run(["--data", fresh(), "--json"], fetchZip);
    const events = stderr
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    const what = `${path}@${version} zip`;
    expect(events[0]).toMatchObject({ schemaVersion: 1, event: "asking", what, source: upstream.url });
    expect(events[1]).toMatchObject({ event: "answered", what, status: 200, outcome: "fill" });
    expect(events.at(-1)).toMatchObject({ event: "end", ending: "done", modules: 1, sources: [{ answers: 1 }] });
  });

  test("every decision as a tree", async () => {
    const zip = filePath(path, version, "zip");
    upstream.fail(zip, { kind: "status", status: 503, body: "in maintenance" });
    const data = fresh();
    const { stderr } = await run(["--data", data, "--trace"], fetchZip);
    const lines = [
      String.raw`run-\S+ GET ${zip}  200 fill, \d+ bytes, \d+ ms`,
      String.raw`├─ \+\d+ route: zip of ${path} ${version}`,
      String.raw`├─ \+\d+ access: no rule of 0 denies it`,
      String.raw`├─ \+\d+ cache: not there`,
      String.raw`├─ \+\d+ lease \S+: taken`,
      String.raw`├─ \+\d+ checksum database: not asked \(off, or exempt\)`,
      String.raw`├─ \+\d+ source ${upstream.url}: answered  [\d.]+ ms`,
      String.raw`│  └─ \+\d+ 503: in maintenance; again in \d+ ms`,
      String.raw`├─ \+\d+ zip checked whole: h1:\S+  [\d.]+ ms`,
      String.raw`└─ \+\d+ reply: fill`,
    ];
    expect(stderr).toMatch(new RegExp(lines.join("\n")));
    const again = await run(["--data", data, "--trace", "--json"], fetchZip);
    expect(again.stderr).toMatch(/"event":"trace","tree":"[^"]*cache: on disk[^"]*reply: disk/);
  });

  test("what the go command fetches by itself", async () => {
    const env = { GONOPROXY: "git.corp.example", GOINSECURE: "git.corp.example" };
    const { stderr } = await run(["--data", fresh()], ["true"], env);
    expect(stderr).toContain("modules that match git.corp.example (GONOPROXY or GOPRIVATE) are not shown");
    expect(stderr).toContain("it asked for no module");
  });

  test.each(["environment", "go env -w"])(
    "private modules of GOPRIVATE come through it, too, by the user's own git settings: %s",
    async (where) => {
      const go = machineGo()?.command ?? "go";
      await using home = await TempDir.create("home");
      const module = "git.corp.example/team/lib.git";
      const repository = await GitRepository.create(home.join("repositories/team/lib.git"), module);
      await repository.git("tag", "v1.0.0");
      // As companies have it: no name resolves here, and no proxy may hear of it.
      const rewrite = `[url "file://${home.path}/repositories/"]\n\tinsteadOf = https://git.corp.example/\n`;
      await writeFile(home.join(".gitconfig"), rewrite);
      await writeFile(home.join("goenv"), where === "environment" ? "" : "GOPRIVATE=git.corp.example\n");
      const goprivate = where === "environment" ? "git.corp.example" : undefined;
      const env = {
        HOME: home.path,
        GOENV: home.join("goenv"),
        GOPRIVATE: goprivate,
        GONOPROXY: undefined,
        GONOSUMDB: undefined,
        GOSUMDB: undefined,
        GOMODCACHE: home.join("mod"),
        GOFLAGS: "-modcacherw",
      };
      const before = upstream.count();
      const download = [go, "mod", "download", "-json", `${module}@v1.0.0`];
      const { exitCode, stdout, stderr } = await run(["--data", fresh()], download, env);
      expect(exitCode, stdout + stderr).toBe(0);
      expect(stderr).toContain(
        "modules that match git.corp.example (GONOPROXY or GOPRIVATE) come through the gateway, too, straight from git",
      );
      expect(stderr).toContain("direct: 3 answers");
      expect(JSON.parse(stdout)).toMatchObject({ Path: module, Version: "v1.0.0" });
      expect(upstream.count()).toBe(before);
    },
  );

  test("a failure, and how to have it explained: from what was seen on a terminal, else the way to ask", async () => {
    await using project = await makeProject({
      "go.mod": "module example.com/shop\n\ngo 1.18\n",
      "main.go": 'package main\n\nimport _ "store"\n\nfunc main() {}\n',
      "store/store.go": "package store\n",
    });
    const line = [launcher, "run", "--upstream", upstream.url, "--data", fresh(), "--", "go", "vet", "./..."];
    const env = { ...quiet, GOFLAGS: "", GOTOOLCHAIN: "local" };
    const plain = await tryCommand(line, { env, cwd: project.path });
    expect(plain.exitCode).toBe(1);
    expect(plain.stderr).toContain("what it means: go vet ./... 2>&1 | fairlead explain -");
    const live = { ...env, CI: undefined, TERM: "xterm" };
    const seen = await tryCommand(["script", "-qec", line.join(" "), "/dev/null"], { env: live, cwd: project.path });
    expect(seen.exitCode).toBe(1);
    expect(seen.stdout).toMatch(
      /package store is not in[^]*without a dot in its path[^]*go\.mod:1 {2}module example\.com\/shop/,
    );
  });

  test("on a terminal, lines that are drawn anew around the command's own", async () => {
    upstream.fail(filePath(path, version, "zip"), { kind: "slow", bytesPerSecond: 200_000 });
    const line = [launcher, "run", "--upstream", upstream.url, "--data", fresh(), "--", ...fetchZip];
    const quoted = line.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ");
    const env = { ...quiet, CI: undefined, TERM: "xterm" };
    const { stdout } = await tryCommand(["script", "-qec", quoted, "/dev/null"], { env });
    expect(stdout).toMatch(/0 modules, .* at .*\/s, 0 of 0 answers from the cache/);
    expect(stdout).toMatch(/example\.com\/lib@v1\.0\.0 zip, .* of 0\.3 MB, from http/);
    expect(stdout).toContain("\u001b[2F\u001b[0J");
    expect(stdout).toContain("1 module, 1 answer");
  });
});
