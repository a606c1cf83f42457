// `fairlead split` end to end: a module of several packages with real dependencies is cut up, what comes out is committed and
// tagged, and the real go command fetches it by git, builds and tests all of it, with go.sum held against what it fetched.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, tryCommand } from "./harness/command.ts";
import { GoSandbox } from "./harness/goSandbox.ts";
import { debianGo, goEnv, machineGo, realUpstream } from "./harness/goTools.ts";
import { RecordedUpstream } from "./harness/recordedUpstream.ts";
import { TempDir } from "./harness/tempDir.ts";

const isLong = process.env["FAIRLEAD_LONG"] !== undefined;
const launcher = resolve(import.meta.dirname, "../bin/fairlead");
const root = "github.com/acme/platform";

const files: Readonly<Record<string, string>> = {
  LICENSE: "All may use it.\n",
  Makefile: `build:\n\tgo build -ldflags "-X ${root}/retry.Policy=x" ./...\n`,
  "go.mod": `module ${root}\n\ngo 1.21\n\nrequire (\n\tgithub.com/pkg/errors v0.9.1\n\trsc.io/quote v1.5.2\n)\n`,
  "clock/clock.go": "package clock\n\nvar Ticks int\n\nfunc Tick() { Ticks++ }\n",
  "retry/retry.go": `// Package retry tries again.\npackage retry // import "${root}/retry"\n\nimport (\n\t_ "embed"\n\n\t"${root}/clock"\n)\n\n//go:embed policy/*.txt\nvar Policy string\n\nfunc Do(f func() error) error {\n\tclock.Tick()\n\treturn f()\n}\n`,
  "retry/policy/default.txt": "exponential\n",
  "retry/retry_test.go": `package retry_test\n\nimport (\n\t"os"\n\t"testing"\n\n\t"${root}/retry"\n)\n\nfunc TestDo(t *testing.T) {\n\twant, err := os.ReadFile("testdata/want.txt")\n\tif err != nil || retry.Policy != string(want) || retry.Do(func() error { return nil }) != nil {\n\t\tt.Fatal(err, retry.Policy)\n\t}\n}\n`,
  "retry/testdata/want.txt": "exponential\n",
  "money/money.go": `package money\n\nimport (\n\t"${root}/clock"\n\t"${root}/money/internal/round"\n\t"github.com/pkg/errors"\n)\n\nfunc Pay() error {\n\tclock.Tick()\n\treturn errors.New(round.Up())\n}\n`,
  "money/internal/round/round.go": 'package round\n\nfunc Up() string { return "up" }\n',
  "store/store.go": `package store\n\nimport (\n\t"${root}/money"\n\t"${root}/retry"\n\t"rsc.io/quote"\n)\n\nfunc Save() string {\n\t_ = retry.Do(money.Pay)\n\treturn quote.Hello()\n}\n`,
  "store/store_test.go":
    'package store\n\nimport "testing"\n\nfunc TestSave(t *testing.T) {\n\tif Save() == "" {\n\t\tt.Fatal("nothing")\n\t}\n}\n',
  "services/api/go.mod": `module ${root}/services/api\n\ngo 1.21\n\nrequire ${root} v1.2.0\n\nreplace ${root} => ../..\n`,
  "services/api/main.go": `package main\n\nimport "${root}/retry"\n\nfunc main() { print(retry.Policy) }\n`,
};
/** It takes the module by its version, once that is tagged; below go 1.17 its go.mod lists no more than it must. */
const web: Readonly<Record<string, string>> = {
  "services/web/go.mod": `module ${root}/services/web\n\ngo 1.16\n\nrequire ${root} v1.2.0\n`,
  "services/web/main.go": `package main\n\nimport (\n\t"${root}/money"\n\t"${root}/store"\n)\n\nfunc main() { print(store.Save(), money.Pay().Error()) }\n`,
};

const scope = new AsyncDisposableStack();
let folder: TempDir;
let go: GoSandbox;
let other: GoSandbox;
let source: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = scope.use(await TempDir.create("split"));
  const upstream = scope.use(await RecordedUpstream.start({ upstream: realUpstream() }));
  const gitConfig = folder.join("gitconfig");
  await writeFile(
    gitConfig,
    '[user]\n\tname = Test\n\temail = test@example.com\n[safe]\n\tdirectory = *\n[protocol "file"]\n\tallow = always\n',
  );
  const tool = machineGo() ?? debianGo();
  if (tool === undefined) throw new Error("there is no go command here");
  const create = (): Promise<GoSandbox> =>
    GoSandbox.create({
      go: tool,
      proxy: upstream.url,
      env: {
        // The standard library is compiled once on this machine.
        GOCACHE: goEnv("GOCACHE"),
        GONOPROXY: "github.com/acme/*",
        GOSUMDB: "off",
        GIT_CONFIG_GLOBAL: gitConfig,
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_VALUE_0: "https://github.com/acme/",
      },
    });
  go = scope.use(await create());
  // The two ways to split give modules of the same name and version.
  other = scope.use(await create());
  env = { PATH: process.env["PATH"], HOME: folder.path, GOMODCACHE: go.modcache, GIT_CONFIG_GLOBAL: gitConfig };
  source = folder.join("platform");
  await writeFiles(source, files);
  await mustGo(["mod", "tidy"], source);
  await mustGo(["mod", "tidy"], join(source, "services/api"));
  await git(source, "init", "--quiet", "--initial-branch=main");
  await commit(source, "First");
  await git(source, "tag", "v1.2.0");
  await writeFiles(source, web);
  await mustGo(["mod", "tidy"], join(source, "services/web"));
  await commit(source, "A second service");
});
afterAll(() => scope.disposeAsync());

/** `git` fetches what is below github.com/acme from the folder. */
function from(where: string): Readonly<Record<string, string>> {
  return { GIT_CONFIG_KEY_0: `url.file://${where}/.insteadOf` };
}

async function mustGo(args: readonly string[], cwd: string, more = from(folder.path), sandbox = go): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox.run(args, cwd, more);
  expect(exitCode, `go ${args.join(" ")} in ${cwd}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

async function modulesOf(cwd: string, more = from(folder.path), sandbox = go): Promise<number> {
  return (await mustGo(["list", "-m", "all"], cwd, more, sandbox)).trim().split("\n").length - 1;
}

function git(cwd: string, ...args: readonly string[]): Promise<string> {
  return command(["git", ...args], { cwd, env });
}

async function commit(cwd: string, message: string): Promise<void> {
  await git(cwd, "add", "--all");
  await git(cwd, "commit", "--quiet", "--message", message);
}

async function writeFiles(at: string, texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(at, path)), { recursive: true });
    await writeFile(join(at, path), text);
  }
}

function splitOf(folder: string, ...args: readonly string[]): ReturnType<typeof tryCommand> {
  return tryCommand([launcher, "split", folder, ...args], { env });
}

function split(...args: readonly string[]): ReturnType<typeof tryCommand> {
  return splitOf(source, ...args);
}

/** Builds and tests a module as it was committed; nothing is left for `go mod tidy` to change. */
async function isWhole(cwd: string, more: Readonly<Record<string, string>>, sandbox = go): Promise<void> {
  await mustGo(["build", "-o", "/dev/null", "./..."], cwd, more, sandbox);
  await mustGo(["test", "./..."], cwd, more, sandbox);
  await mustGo(["mod", "tidy"], cwd, more, sandbox);
  expect(await git(cwd, "status", "--porcelain"), cwd).toBe("");
}

test("repositories of a group: each builds, and who needs little gets little", async () => {
  const before = await modulesOf(join(source, "services/api"));
  const state = [await git(source, "status", "--porcelain"), await git(source, "for-each-ref")];
  const apart = folder.join("apart");
  const done = await split("--packages", "retry,money", "--group", "github.com/acme", "--write", apart);
  expect(done.exitCode, done.stderr).toBe(0);
  expect(done.stdout).toContain("modules   5 before, 2 after (go list -m all)");
  expect(done.stdout).toContain("Makefile:2");
  expect([await git(source, "status", "--porcelain"), await git(source, "for-each-ref")]).toEqual(state);

  expect(await readFile(join(apart, "retry/retry.go"), "utf8")).toContain(
    'package retry // import "github.com/acme/retry"',
  );
  expect(await readFile(join(apart, "money/go.mod"), "utf8")).toBe(
    "module github.com/acme/money\n\ngo 1.21\n\nrequire (\n\tgithub.com/acme/clock v1.0.0\n\tgithub.com/pkg/errors v0.9.1\n)\n",
  );
  expect(await git(join(apart, "platform"), "log", "--oneline", "--format=%s")).toMatch(
    /^Split .*\nA second service\nFirst\n$/,
  );

  // Before anything is published, all of it builds together.
  const unpublished = { GOWORK: join(apart, "go.work"), GOPROXY: "off", GONOPROXY: "none" };
  await mustGo(["build", "-o", "/dev/null", "./..."], join(apart, "platform/services/web"), {
    ...from("/nowhere"),
    ...unpublished,
  });

  const served = { ...from(apart), GOWORK: "off" };
  for (const name of ["retry", "money", "platform", "platform/services/api", "platform/services/web"])
    await isWhole(join(apart, name), served);
  expect(before).toBe(5);
  expect(await modulesOf(join(apart, "platform/services/api"), served)).toBe(2);
  expect(await modulesOf(join(apart, "money"), served)).toBe(2);

  const again = await split("--packages", "retry", "--write", apart);
  expect(again).toMatchObject({ exitCode: 3, stderr: expect.stringContaining("is not empty") });
});

test("modules in folders: they build by replace, and by their tags once these are there", async () => {
  const apart = folder.join("nested");
  const served = from(apart);
  const done = await split("--packages", "retry,money", "--into", "modules", "--write", apart);
  expect(done.exitCode, done.stderr).toBe(0);
  expect(done.stdout).toContain("ambiguous import");
  const platform = join(apart, "platform");
  expect((await git(platform, "tag")).split("\n").filter((tag) => tag !== "")).toEqual([
    "clock/v1.0.0",
    "money/v1.0.0",
    "retry/v1.0.0",
    "v1.2.0",
    "v1.3.0",
  ]);
  for (const name of ["retry", ".", "services/api", "services/web"]) await isWhole(join(platform, name), served, other);

  const outside = await other.emptyModule({ goMod: "go 1.21\n" });
  await writeFile(
    join(outside, "main.go"),
    `package main\n\nimport "${root}/retry"\n\nfunc main() { print(retry.Policy) }\n`,
  );
  await mustGo(["get", `${root}/retry@v1.0.0`], outside, served, other);
  expect((await other.run(["run", "."], outside, served)).stderr).toBe("exponential\n");
  expect(await modulesOf(outside, served, other)).toBe(2);
});

test("what can't be, and what is in the way", async () => {
  const refused = async (status: number, text: string, ...args: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await split(...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: status, stderr: expect.stringContaining(text) });
  };
  await refused(2, "nothing: no package of this repository", "--packages", "nothing");
  await refused(2, "are of 2 modules", "--packages", "retry,services/api");
  await refused(2, "nothing would be left of github.com/acme/platform", "--packages", "...");
  await refused(2, "can't be a module's path", "--group", "no dots", "--packages", "retry");
  await refused(3, "lies in the repository that is split", "--write", join(source, "out"), "--packages", "retry");
  const inside = await splitOf(join(source, "services/api"));
  expect(inside).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("is a folder of the repository") });
  await writeFile(join(source, "new.txt"), "not committed\n");
  await refused(2, "changes that are not committed (new.txt)", "--write", folder.join("other"), "--packages", "retry");
});

/** Modules that are in use, cut where it can be done: of what is made of them `go mod tidy` changes no line either. */
function splitsRealModule(module: string, packages: string): void {
  test(`${module}: ${packages}`, async () => {
    const name = packages.replaceAll(/\W/g, "-");
    const at = folder.join(`real-${name}`);
    const downloaded = await mustGo(["mod", "download", "-json", module], await go.emptyModule());
    await cp(/"Dir": "(.*)"/.exec(downloaded)?.[1] ?? "", at, { recursive: true });
    await command(["chmod", "-R", "u+w", at]);
    await mustGo(["mod", "download"], at);
    await git(at, "init", "--quiet", "--initial-branch=main");
    await git(at, "add", "--all", "--force");
    await git(at, "commit", "--quiet", "--message", "First");
    const apart = folder.join(`apart-${name}`);
    const done = await splitOf(at, "--packages", packages, "--group", "github.com/acme", "--write", apart);
    expect(done, done.stderr).toMatchObject({ exitCode: 0, stderr: "" });
    const folders = done.stdout.matchAll(/^ {2}git -C (\S+) push/gm);
    for (const [, made = ""] of folders) {
      await mustGo(["vet", "./..."], made, { ...from(apart), GOWORK: "off" });
      await mustGo(["mod", "tidy"], made, { ...from(apart), GOWORK: "off" });
      // A lower version of what only others' tests need: the old go.sum has no line for it.
      expect(await git(made, "diff", "--numstat"), made).toMatch(/^(\d+\t0\tgo\.sum\n)?$/);
      expect(await command(["gofmt", "-l", "."], { cwd: made, env })).not.toMatch(/^(?!.*testdata).+$/m);
    }
  });
}

if (isLong) {
  splitsRealModule("github.com/prometheus/common@v0.72.0", "version,route");
  splitsRealModule("github.com/prometheus/client_golang@v1.25.0", "prometheus/testutil/promlint");
}
