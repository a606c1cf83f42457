// The cache's care from outside: checked, repaired, purged and pruned, by itself and beside a gateway that runs.
import { appendFile, mkdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandRun, tryCommand } from "./harness/command.ts";
import { filePath } from "./harness/escaped.ts";
import { FairleadServer } from "./harness/fairleadServer.ts";
import { FaultyUpstream } from "./harness/faultyUpstream.ts";
import { testModule, type TestModule } from "./harness/testModule.ts";

const launcher = resolve(import.meta.dirname, "../bin/fairlead");
const a = testModule("example.com/a", "v1.0.0", { ballast: 1000 });
const big = testModule("example.com/Big", "v1.0.0", { ballast: 2_000_000 });
const c = testModule("example.com/c", "v1.0.0", { ballast: 1000 });
const modules = [a, big, c];

const scope = new AsyncDisposableStack();
let upstream: FaultyUpstream;
beforeAll(async () => {
  upstream = scope.use(await FaultyUpstream.start(...modules));
});
afterAll(async () => {
  await scope.disposeAsync();
});

/** A gateway that has all files of all modules. */
async function filled(): Promise<FairleadServer> {
  const fairlead = await FairleadServer.start({ upstream: upstream.url });
  for (const { path, version } of modules) {
    for (const kind of ["info", "mod", "zip"] as const) {
      expect((await fairlead.get(filePath(path, version, kind))).status).toBe(200);
    }
  }
  return fairlead;
}

function cache(fairlead: FairleadServer, ...args: readonly string[]): Promise<CommandRun> {
  const env = { ...process.env, FAIRLEAD_UPSTREAM: upstream.url };
  return tryCommand([launcher, "cache", ...args, "--data", fairlead.data], { env });
}

function onDisk(fairlead: FairleadServer, { path, version }: TestModule, kind: string): string {
  return join(fairlead.data, "modules", filePath(path, version, "zip").replace(/\.zip$/, `.${kind}`));
}

test("verify finds what has changed on the disk, repair fetches it again", async () => {
  await using fairlead = await filled();
  expect(await cache(fairlead, "verify")).toMatchObject({ exitCode: 0, stdout: "3 versions checked, none damaged\n" });

  const zip = await readFile(onDisk(fairlead, a, "zip"));
  zip[zip.length >> 1] = (zip[zip.length >> 1] ?? 0) ^ 1;
  await writeFile(onDisk(fairlead, a, "zip"), zip);
  await truncate(onDisk(fairlead, big, "zip"), 1000);
  await writeFile(onDisk(fairlead, c, "info"), "<html>");
  await appendFile(onDisk(fairlead, c, "ziphash"), "x");
  const found = await cache(fairlead, "verify", "--json");
  expect(found.exitCode).toBe(1);
  expect(JSON.parse(found.stdout)).toMatchObject({
    schemaVersion: 1,
    checked: 3,
    damaged: [
      { module: "example.com/Big", files: ["ziphash", "zip"], problem: expect.stringContaining("the zip is damaged") },
      { module: "example.com/a", files: ["ziphash", "zip"] },
      { module: "example.com/c", files: ["info"], problem: expect.stringContaining("the .info is no good") },
      {
        module: "example.com/c",
        files: ["ziphash", "zip"],
        problem: expect.stringContaining("not the one that was stored"),
      },
    ],
  });

  upstream.failAlways(filePath(c.path, c.version, "info"), { kind: "status", status: 403, body: "blocked" });
  const partly = await cache(fairlead, "repair");
  upstream.heal();
  expect(partly.stdout).toMatch(/example\.com\/a@v1\.0\.0: .*; fetched again/);
  expect(partly.stdout).toMatch(/example\.com\/c@v1\.0\.0: .*; removed, and could not be fetched again: .*blocked/);
  expect(partly.exitCode).toBe(1);

  expect((await cache(fairlead, "verify")).stdout).toBe("3 versions checked, none damaged\n");
  expect(await readFile(onDisk(fairlead, big, "zip"))).toEqual(big.zip);
  await fairlead.stop();
  await fairlead.start();
  for (const { path, version, zip } of modules) {
    expect((await fairlead.get(filePath(path, version, "zip"))).body).toEqual(zip);
  }
});

test("purge removes versions, and says what was not there", async () => {
  await using fairlead = await filled();
  const { stdout, exitCode } = await cache(fairlead, "purge", "example.com/Big@v1.0.0", "example.com/x@v1.2.3");
  expect(stdout).toContain("example.com/Big@v1.0.0: removed");
  expect(stdout).toContain("example.com/x@v1.2.3: not in the cache");
  expect(exitCode).toBe(0);
  expect((await cache(fairlead, "ls", "--json")).stdout).not.toContain("example.com/Big");
  const asked = upstream.count(filePath(big.path, big.version, "zip"));
  await fairlead.stop();
  await fairlead.start();
  expect((await fairlead.get(filePath(big.path, big.version, "zip"))).body).toEqual(big.zip);
  expect(upstream.count(filePath(big.path, big.version, "zip"))).toBe(asked + 1);
  expect((await cache(fairlead, "purge", "example.com/x")).stderr).toContain("the version is missing");
});

test("what is being fetched is left alone", async () => {
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  const path = filePath(big.path, big.version, "zip");
  const { promise, resolve: goOn } = Promise.withResolvers<void>();
  upstream.fail(path, { kind: "stall", atByte: 1000, until: promise });
  expect((await fairlead.get(filePath(big.path, big.version, "info"))).status).toBe(200);
  const answer = fairlead.get(path);
  await upstream.asked(path, upstream.count(path) + 1);
  const busy = await cache(fairlead, "purge", "example.com/Big@v1.0.0");
  goOn();
  expect(busy).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("it is being fetched just now") });
  expect((await answer).body).toEqual(big.zip);
});

test("ls counts what is served out of the cache, and sorts by it; what memory serves is used, whatever the disk says", async () => {
  await using fairlead = await filled();
  const get = (module: TestModule, kind: "mod" | "zip"): Promise<unknown> =>
    fairlead.get(filePath(module.path, module.version, kind));
  for (let i = 0; i < 3; i++) await get(c, "zip");
  await get(a, "mod");
  await fairlead.stop();
  const listed: unknown = JSON.parse((await cache(fairlead, "ls", "--sort", "hits", "--json")).stdout);
  expect(listed).toMatchObject({
    files: expect.arrayContaining([
      expect.objectContaining({ module: a.path, kind: "mod", hits: 1, lastHitAt: expect.any(String) }),
      expect.objectContaining({ module: big.path, kind: "zip", hits: 0, lastHitAt: null }),
    ]),
  });
  expect(listed).toHaveProperty("files.0", expect.objectContaining({ module: c.path, kind: "zip", hits: 3 }));
  expect((await cache(fairlead, "ls", "--sort", "hits")).stdout).toMatch(
    /^CACHED .* 3× {2}example\.com\/c@v1\.0\.0 \.zip\n/,
  );
  const long = new Date(Date.now() - 40 * 86_400_000);
  for (const module of modules)
    for (const kind of ["info", "mod", "zip", "ziphash"]) await utimes(onDisk(fairlead, module, kind), long, long);
  const wouldGo = await cache(fairlead, "prune", "--keep", "30d", "--dry-run");
  expect(wouldGo.stdout).toContain("1 versions would go");
  expect(wouldGo.stdout).toContain("example.com/Big@v1.0.0");
});

test("prune removes the least recently used, by age and by size", async () => {
  await using fairlead = await filled();
  await fairlead.stop();
  const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000);
  for (const [module, days] of [
    [a, 40],
    [big, 20],
    [c, 1],
  ] as const) {
    for (const kind of ["info", "mod", "zip", "ziphash"])
      await utimes(onDisk(fairlead, module, kind), ago(days), ago(days));
  }
  expect((await cache(fairlead, "prune")).stderr).toContain("say what is too much: --keep 30d, --max-size 50GB");
  expect((await cache(fairlead, "prune", "--keep", "30")).stderr).toContain("--keep: ");
  const wouldGo = await cache(fairlead, "prune", "--keep", "30d", "--max-size", "1MB", "--dry-run");
  expect(wouldGo.stdout).toMatch(
    /example\.com\/a@v1\.0\.0\n.*example\.com\/Big@v1\.0\.0\n2 versions would go, 1\.9 MiB; 1 stay/,
  );
  expect((await cache(fairlead, "prune", "--keep", "30d")).stdout).toContain("1 versions removed");
  expect((await cache(fairlead, "prune", "--max-size", "1MB")).stdout).toContain("1 versions removed, 1.9 MiB; 1 stay");
  await fairlead.start("--offline");
  expect((await fairlead.get(filePath(c.path, c.version, "zip"))).body).toEqual(c.zip);
  expect((await fairlead.get(filePath(a.path, a.version, "zip"))).status).toBe(404);
  expect((await fairlead.get(filePath(big.path, big.version, "info"))).status).toBe(404);
});

test("warm fetches what go.sum knows, and tells what it could not get", async () => {
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  const folder = join(fairlead.data, "project");
  await mkdir(folder);
  const sums = modules.map(({ path, version }) => `${path} ${version} h1:x=\n${path} ${version}/go.mod h1:x=\n`);
  await writeFile(join(folder, "go.sum"), `${sums.join("")}example.com/gone v1.0.0/go.mod h1:x=\n`);
  const { exitCode, stderr } = await cache(fairlead, "warm", folder);
  expect(stderr).toContain("fairlead cache warm done, but for 1 files");
  expect(stderr).toContain("3 modules, 9 answers");
  expect(exitCode).toBe(3);
  await fairlead.stop();
  await fairlead.start("--offline");
  for (const { path, version, zip } of modules) {
    expect((await fairlead.get(filePath(path, version, "zip"))).body).toEqual(zip);
  }
  expect((await cache(fairlead, "warm", fairlead.data)).stderr).toContain("there is no go.sum and no go.work.sum in");
});

test("warm takes a workspace's modules, by its folder or its go.work", async () => {
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  const folder = join(fairlead.data, "workspace");
  for (const [name, { path, version }] of [
    ["app", a],
    ["lib", c],
  ] as const) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "go.sum"), `${path} ${version} h1:x=\n${path} ${version}/go.mod h1:x=\n`);
  }
  await writeFile(join(folder, "go.work"), "go 1.24\n\nuse (\n\t./app\n\t./lib\n\t../outside\n)\n");
  const { exitCode, stderr } = await cache(fairlead, "warm", join(folder, "go.work"));
  expect(stderr).toContain("2 modules, 6 answers");
  expect(exitCode).toBe(0);
});
