// The real go command against the gateway: it has no other way out, so what works here works behind Fairlead alone.
//
// The upstream is the one that the machine's own go command uses, recorded, so that it is asked once; where branches and
// revisions are resolved, one of made-up modules, and goproxy/goproxy over git repositories on this machine.
import { readdir } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeEvidence } from "../harness/evidence.ts";
import { exchange } from "../harness/exchange.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { GitRepository } from "../harness/gitRepository.ts";
import { GoproxyServer } from "../harness/goproxyServer.ts";
import { GoSandbox, type GoRun } from "../harness/goSandbox.ts";
import { debianGo, goEnv, type GoTool, machineGo, realUpstream } from "../harness/goTools.ts";
import { RecordedUpstream } from "../harness/recordedUpstream.ts";
import { TempDir } from "../harness/tempDir.ts";
import { testModule } from "../harness/testModule.ts";

const long = process.env["FAIRLEAD_LONG"] === "1";

/** How many zips `go mod download` brings, and whether Go 1.19 accepts the go.mod (fixtures/projects/README.md). */
const projects = [
  { name: "caddy", zips: 129, old: true },
  { name: "containerd", zips: 133, old: true },
  { name: "kubernetes", zips: 233, old: false },
  { name: "prometheus", zips: 182, old: false },
] as const;

const scope = new AsyncDisposableStack();
let upstream: RecordedUpstream;

beforeAll(async () => {
  upstream = scope.use(await RecordedUpstream.start({ upstream: realUpstream() }));
});
afterAll(() => scope.disposeAsync());

describe("a real project is downloaded cold, warm, offline, and from the folder with the server off", () => {
  // The smallest in every run; the others, which only are larger, when there is time.
  const runs = projects
    .filter(({ name }) => long || name === "caddy")
    .flatMap(({ name, zips, old }) => [
      { name, zips, tool: "the machine's go", find: machineGo },
      ...(old ? [{ name, zips, tool: "Debian's go", find: debianGo }] : []),
    ]);
  const reports: string[] = [];
  afterAll(async () => {
    if (long && reports.length === runs.length) await writeEvidence("projects", evidence(reports));
  });

  test.for(runs)("$name with $tool", { timeout: 600_000 }, async ({ name, zips, tool, find }, { skip }) => {
    const go = find() ?? skip(`${tool} is not installed`);
    await using fairlead = await FairleadServer.start({ upstream: upstream.url });
    await using sandbox = await GoSandbox.create({ go, proxy: fairlead.url, env: { GOSUMDB: goEnv("GOSUMDB") } });
    const cwd = await sandbox.project(name);
    const times: string[] = [];
    const download = async (round: string, env?: Record<string, string>): Promise<void> => {
      await sandbox.forget();
      const run = await sandbox.run(["mod", "download"], cwd, env);
      succeeded(run, round);
      expect(await zipsIn(sandbox.modcache), round).toBe(zips);
      times.push(`${round} ${(run.milliseconds / 1000).toFixed(1)} s`);
    };

    await download("cold");
    const asked = upstream.asked.length;
    if (long || find === machineGo) {
      await download("warm");
      expect(upstream.asked.length, "a warm download asks the upstream for nothing").toBe(asked);
    }
    succeeded(await sandbox.run(["mod", "verify"], cwd), "go mod verify");

    await fairlead.stop();
    await fairlead.start("--offline");
    await download("offline");
    const missing = await sandbox.run(["mod", "download", "example.com/nowhere@v1.0.0"], cwd, {
      GONOSUMDB: "example.com",
    });
    expect(missing.exitCode).not.toBe(0);
    expect(missing.stderr).toMatch(/offline/);

    await fairlead.stop();
    await download("from the folder", { GOPROXY: `file://${fairlead.data}/modules` });
    expect(upstream.asked.length).toBe(asked);
    console.log(`${name}, ${go.version}: ${times.join(", ")}`);
    reports.push(`| ${[name, go.version, zips, ...times].join(" | ")} |`);
  });
});

test("versions are listed as the upstream has them, without its pseudo-versions", async ({ skip }) => {
  const go = machineGo() ?? skip("the go command is not installed");
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  await using sandbox = await GoSandbox.create({ go, proxy: fairlead.url });
  await using direct = await GoSandbox.create({ go, proxy: upstream.url });
  const cwd = await sandbox.emptyModule();
  for (const module of ["golang.org/x/text", "github.com/BurntSushi/toml"]) {
    const listed = await sandbox.run(["list", "-m", "-versions", module], cwd);
    succeeded(listed, module);
    expect(listed.stdout).toBe((await direct.run(["list", "-m", "-versions", module], cwd)).stdout);
    expect(listed.stdout.split(" ").length).toBeGreaterThan(5);
    expect(listed.stdout).not.toMatch(/-\d{14}-/);
  }
});

test("go get of something new is checked against the checksum database, all through the gateway", async ({ skip }) => {
  const go = machineGo() ?? skip("the go command is not installed");
  const database = goEnv("GOSUMDB");
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  const options = { go, proxy: fairlead.url, env: { GOSUMDB: database } };
  await using sandbox = await GoSandbox.create(options);
  let cwd = await sandbox.emptyModule();
  for (const what of [
    "golang.org/x/text@latest",
    "github.com/BurntSushi/toml@v1.2.1",
    "github.com/google/go-cmp@latest",
  ]) {
    succeeded(await sandbox.run(["get", what], cwd), what);
  }
  const asked = upstream.asked.filter((path) => path.startsWith(`/sumdb/${database}/`));
  expect(asked.some((path) => path.includes("/lookup/"))).toBe(true);
  expect(asked.some((path) => path.includes("/tile/"))).toBe(true);

  // With nothing but the cache, a client that has never seen the database checks just as well.
  await fairlead.stop();
  await fairlead.start("--offline");
  await using another = await GoSandbox.create(options);
  cwd = await another.emptyModule();
  for (const what of ["golang.org/x/text@latest", "github.com/BurntSushi/toml@v1.2.1"]) {
    succeeded(await another.run(["get", what], cwd), `${what}, offline`);
  }
});

test("what the checksum database contradicts is refused by the client: the gateway does not stand in between", async ({
  skip,
}) => {
  const go = machineGo() ?? skip("the go command is not installed");
  const database = goEnv("GOSUMDB");
  // The right version's go.mod and info, and a zip of our own making.
  const forged = testModule("github.com/BurntSushi/toml", "v1.2.1");
  await using made = await FaultyUpstream.start(forged);
  await using fairlead = await FairleadServer.start({ upstream: `${made.url},${upstream.url}` });
  await using sandbox = await GoSandbox.create({ go, proxy: fairlead.url, env: { GOSUMDB: database } });
  const run = await sandbox.run(["get", "github.com/BurntSushi/toml@v1.2.1"], await sandbox.emptyModule());
  expect(run.exitCode).not.toBe(0);
  expect(run.stderr).toContain("SECURITY ERROR");
});

test.for([
  { tool: "the machine's go", find: machineGo },
  { tool: "Debian's go", find: debianGo },
])("@latest, @branch and @revision with $tool", async ({ tool, find }, { skip }) => {
  const go = find() ?? skip(`${tool} is not installed`);
  const pseudo = "v0.0.0-20240102030405-abcdefabcdef";
  await using made = await FaultyUpstream.start(
    testModule("example.com/tagged", "v1.0.0"),
    testModule("example.com/tagged", "v1.1.0"),
    testModule("example.com/Untagged", pseudo),
  );
  made.list("example.com/Untagged", []);
  for (const query of ["main", "feature/x", "abcdefabcdef", "v0"]) made.query("example.com/Untagged", query, pseudo);
  await using fairlead = await FairleadServer.start({ upstream: made.url });
  await using sandbox = await GoSandbox.create({ go, proxy: fairlead.url, env: { GONOSUMDB: "example.com" } });
  const cwd = await sandbox.emptyModule();
  const rows = [
    ["example.com/tagged@latest", "v1.1.0"],
    ["example.com/tagged@<v1.1.0", "v1.0.0"],
    ["example.com/tagged@v1.0", "v1.0.0"],
    ["example.com/Untagged@latest", pseudo],
    ["example.com/Untagged@main", pseudo],
    ["example.com/Untagged@abcdefabcdef", pseudo],
  ] as const;
  for (const [what, version] of rows) {
    succeeded(await sandbox.run(["get", "-d", what], cwd), what);
    const listed = await sandbox.run(["list", "-m", what.slice(0, what.indexOf("@"))], cwd);
    expect(listed.stdout.trim(), what).toBe(`${what.slice(0, what.indexOf("@"))} ${version}`);
  }
  const missing = await sandbox.run(["get", "-d", "example.com/tagged@nonsense"], cwd);
  expect(missing.exitCode).not.toBe(0);
  expect(missing.stderr).toContain("no such module here");
});

test("branches, revisions and new tags of a git repository, through goproxy", async ({ skip }) => {
  const go = machineGo() ?? skip("the go command is not installed");
  await using folder = await TempDir.create("git");
  const module = "git.example.com/team/thing.git";
  const repository = await GitRepository.create(folder.join("thing"), module);
  await repository.git("tag", "v1.0.0");
  const second = await repository.commit({ "second.go": "package lib\n" }, "Second");
  await repository.git("branch", "feature");
  await repository.commit({ "third.go": "package lib\n" }, "Third");
  // The go command asks for the repository without the suffix first.
  const bare = module.slice(0, -".git".length);
  const started = await GoproxyServer.start({
    [`https://${module}`]: repository.path,
    [`https://${bare}`]: repository.path,
  });
  if (typeof started === "string") return void skip(started);
  await using goproxy = started;
  await using fairlead = await FairleadServer.start({
    upstream: goproxy.url,
    settings: "fresh: { for: 0s, staleFor: 0s }",
  });
  await using sandbox = await GoSandbox.create({ go, proxy: fairlead.url, env: { GONOSUMDB: "git.example.com" } });
  const cwd = await sandbox.emptyModule();
  const resolved = async (query: string): Promise<string> => {
    succeeded(await sandbox.run(["get", `${module}@${query}`], cwd), query);
    return (await sandbox.run(["list", "-m", "-f", "{{.Version}}", module], cwd)).stdout.trim();
  };
  expect(await resolved("latest")).toBe("v1.0.0");
  expect(await resolved("feature")).toMatch(new RegExp(`^v1\\.0\\.1-0\\.\\d{14}-${second.slice(0, 12)}$`));
  expect(await resolved(second)).toMatch(new RegExp(`-${second.slice(0, 12)}$`));
  expect(await resolved("main")).toMatch(/^v1\.0\.1-0\.\d{14}-[0-9a-f]{12}$/);
  await repository.git("tag", "v1.1.0");
  expect(await resolved("latest")).toBe("v1.1.0");
  const missing = await sandbox.run(["get", `${module}@no-such-branch`], cwd);
  expect(missing.exitCode).not.toBe(0);
  expect(missing.stderr).toMatch(/no-such-branch/);
});

test("another toolchain, checksum database and all", async ({ skip }) => {
  const go = machineGo() ?? skip("the go command is not installed");
  const version = (await otherToolchain(go)) ?? skip("the upstream has no toolchain newer than this machine's");
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  const env = { GOSUMDB: goEnv("GOSUMDB"), GOTOOLCHAIN: "auto" };
  const options = { go, proxy: fairlead.url, env };
  const language = version.slice("go".length);
  for (const round of ["cold", "offline"]) {
    await using sandbox = await GoSandbox.create(options);
    const cwd = await sandbox.emptyModule({ goMod: `go ${language}\n` });
    const run = await sandbox.run(["version"], cwd);
    succeeded(run, round);
    expect(run.stdout).toContain(version);
    if (round === "cold") {
      expect(upstream.asked.some((path) => path.startsWith("/golang.org/toolchain/@v/"))).toBe(true);
      await fairlead.stop();
      await fairlead.start("--offline");
    }
  }
});

/** The newest released toolchain that the upstream has for this machine, newer than the machine's own. */
async function otherToolchain(go: GoTool): Promise<string | undefined> {
  const list = await exchange(upstream.url, "/golang.org/toolchain/@v/list");
  const suffix = `.${goEnv("GOOS")}-${goEnv("GOARCH")}`;
  const minor = (name: string): readonly number[] => (/^go1\.(\d+)\.(\d+)$/.exec(name) ?? []).slice(1).map(Number);
  const rank = (name: string): number => (minor(name)[0] ?? 0) * 1000 + (minor(name)[1] ?? 0);
  return list.body
    .toString("utf8")
    .split("\n")
    .filter((line) => line.endsWith(suffix))
    .map((line) => line.slice("v0.0.1-".length, -suffix.length))
    .filter((name) => minor(name).length === 2 && rank(name) > rank(go.version))
    .sort((a, b) => rank(a) - rank(b))
    .at(-1);
}

function evidence(reports: readonly string[]): string {
  return `# Real projects through the gateway

Written by \`make test-long\` (test/gateway/goCommand.test.ts) on ${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node}, ${cpus().length} cores.
Each row is one \`go mod download\` into an empty module cache after the other: through an empty gateway, through the
same gateway warm, through it restarted with \`--offline\`, and from \`GOPROXY=file://<data>/modules\` with no gateway.
The times are of one run on a machine that did other things as well; \`make bench\` is what measures.

| project | go | zips | cold | warm | offline | no server |
|---|---|---|---|---|---|---|
${reports.join("\n")}
`;
}

function succeeded(run: GoRun, what: string): void {
  expect(run.exitCode, `${what}:\n${run.stderr}`).toBe(0);
}

async function zipsIn(modcache: string): Promise<number> {
  const names = await readdir(join(modcache, "cache/download"), { recursive: true });
  return names.filter((name) => name.endsWith(".zip")).length;
}
