// What an operator decides: modules that nobody gets, and what a running gateway does for its cache by itself.
import { readFile, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { cachedFiles } from "../harness/cacheFolder.ts";
import { tryCommand } from "../harness/command.ts";
import { filePath } from "../harness/escaped.ts";
import type { Exchange } from "../harness/exchange.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { debianGo, machineGo } from "../harness/goTools.ts";
import { TempDir } from "../harness/tempDir.ts";
import { testModule } from "../harness/testModule.ts";

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");

test("a denied module is refused with the reason, whatever is cached, and no source hears of it", async () => {
  const module = testModule("bad.example/left/pad", "v1.0.0");
  const good = testModule("bad.example/leftover", "v1.0.0");
  await using upstream = await FaultyUpstream.start(module, good);
  await using folder = await TempDir.create("deny");
  await using before = await FairleadServer.start({ upstream: upstream.url, data: folder.path });
  const path = filePath(module.path, module.version, "zip");
  expect((await before.get(path)).status).toBe(200);
  await before.stop();
  const asked = upstream.count();
  const settings = 'deny:\n  - { modules: "bad.example/left", reason: "withdrawn, see SEC-7; ask security" }';
  await using fairlead = await FairleadServer.start({ upstream: upstream.url, data: folder.path, settings });
  for (const target of [path, path, `/${module.path}/@v/list`, `/${module.path}/@latest`]) {
    const answer = await fairlead.get(target);
    expect(answer.status).toBe(403);
    expect(answer.body.toString("utf8")).toContain(
      "is not to be had here: withdrawn, see SEC-7; ask security\nrule: bad.example/left",
    );
  }
  expect(upstream.count()).toBe(asked);
  expect((await fairlead.get(filePath(good.path, good.version, "mod"))).body).toEqual(good.mod);
});

test("a rule sends modules elsewhere: list, latest and files of theirs, and nothing of them to the usual sources", async () => {
  const [ours, theirs] = [testModule("corp.example/team/lib", "v1.0.0"), testModule("example.com/lib", "v1.0.0")];
  await using usual = await FaultyUpstream.start(theirs, testModule("corp.example/team/lib", "v6.6.6"));
  await using own = await FaultyUpstream.start(ours);
  const settings = `routes:\n  - { modules: "*.corp.example,corp.example/team", upstream: "${own.url}" }`;
  await using fairlead = await FairleadServer.start({ upstream: usual.url, settings });
  expect((await fairlead.get(`/${ours.path}/@v/list`)).body.toString()).toBe("v1.0.0\n");
  expect((await fairlead.get(`/${ours.path}/@latest`)).body.toString()).toContain('"v1.0.0"');
  for (const kind of ["info", "mod", "zip"] as const)
    expect((await fairlead.get(filePath(ours.path, ours.version, kind))).status).toBe(200);
  expect(usual.count()).toBe(0);
  expect((await fairlead.get(filePath(theirs.path, theirs.version, "zip"))).body).toEqual(theirs.zip);
  expect((await fairlead.get("/corp.example/teams/@v/list")).status).toBe(404);
  expect(usual.count("/corp.example/teams/@v/list")).toBe(1);
  expect(own.requests.filter(({ path }) => !path.startsWith("/corp.example/team/"))).toEqual([]);
});

test("a tag that is moved between a .mod and its zip makes no version of both", async () => {
  const before = testModule("example.com/moved", "v1.0.0", { goMod: "// before\n" });
  const after = testModule("example.com/moved", "v1.0.0", { goMod: "// after\n" });
  await using upstream = await FaultyUpstream.start(before);
  await using fairlead = await FairleadServer.start({ upstream: upstream.url });
  const get = (kind: "mod" | "zip"): Promise<Exchange> => fairlead.get(filePath(before.path, before.version, kind));
  expect((await get("mod")).body).toEqual(before.mod);
  upstream.add(after);
  const refused = await get("zip");
  expect(refused.status).toBe(502);
  expect(refused.body.toString()).toContain("the zip has another go.mod than the .mod that was served before");
  const purge = [launcher, "cache", "purge", `${before.path}@${before.version}`, "--data", fairlead.data];
  expect(await tryCommand(purge)).toMatchObject({ exitCode: 0 });
  await fairlead.stop();
  await fairlead.start();
  expect((await get("mod")).body).toEqual(after.mod);
  expect((await get("zip")).body).toEqual(after.zip);
});

test("damage on the disk is found and repaired while the gateway runs", async () => {
  const module = testModule("example.com/rots", "v1.0.0", { ballast: 5000 });
  await using upstream = await FaultyUpstream.start(module);
  await using fairlead = await FairleadServer.start({ upstream: upstream.url, settings: "upkeep: { scrubEvery: 1s }" });
  const path = filePath(module.path, module.version, "zip");
  // Every worker has it in memory, so that none of them answers without a look at the disk unless it was told to.
  for (let i = 0; i < 20; i++) expect((await fairlead.get(path)).body).toEqual(module.zip);
  const file = join(fairlead.data, "modules", path);
  const bytes = Buffer.from(module.zip);
  bytes.writeUInt8(bytes.readUInt8(2000) ^ 1, 2000);
  await writeFile(file, bytes);
  await expect.poll(() => fairlead.log, { timeout: 20_000 }).toContain("it has been fetched again");
  expect((await readFile(file)).equals(module.zip)).toBe(true);
  expect(upstream.count(path)).toBe(2);
});

test("what nobody has used for long goes by itself", async () => {
  const [old, young] = [testModule("example.com/old", "v1.0.0"), testModule("example.com/young", "v1.0.0")];
  await using upstream = await FaultyUpstream.start(old, young);
  const settings = "upkeep: { keep: 30d, scrubEvery: 0s }";
  await using fairlead = await FairleadServer.start({ upstream: upstream.url, settings });
  for (const { path, version } of [old, young])
    expect((await fairlead.get(filePath(path, version, "zip"))).status).toBe(200);
  await fairlead.stop();
  const longAgo = new Date(Date.now() - 40 * 24 * 3_600_000);
  for (const file of await cachedFiles(fairlead.data))
    if (file.includes("example.com/old")) await utimes(join(fairlead.data, "modules", file), longAgo, longAgo);
  // It looked once when it first started; the next time is after an hour, by its own memory of that.
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(join(fairlead.data, "fairlead.db"));
  database.exec("DELETE FROM meta WHERE name = 'upkeep:prune'");
  database.close();
  await fairlead.start();
  const names = async (): Promise<string> => (await cachedFiles(fairlead.data)).join(" ");
  await expect.poll(names, { timeout: 20_000 }).not.toContain("example.com/old/@v/v1.0.0.zip");
  expect(await names()).toContain("example.com/young/@v/v1.0.0.zip");
});

test("config client: a shell and its go command go through the gateway, GOPRIVATE of a file notwithstanding", async ({
  skip,
}) => {
  const go = machineGo() ?? debianGo();
  if (go === undefined) return skip("there is no go command here");
  await using folder = await TempDir.create("client");
  const goenv = folder.join("goenv");
  await writeFile(goenv, "GOPRIVATE=corp.example/*\n");
  const env = { PATH: process.env["PATH"], HOME: folder.path, GOENV: goenv };
  const script = `eval "$('${launcher}' config client --url http://127.0.0.1:7300)" && '${go.command}' env GOPROXY GONOPROXY GONOSUMDB`;
  const run = await tryCommand(["sh", "-c", script], { cwd: folder.path, env });
  expect(run.stdout, run.stderr).toBe("http://127.0.0.1:7300\nnone\ncorp.example/*\n");
  const shown = await tryCommand([launcher, "config", "client", "docker"], { cwd: folder.path, env });
  expect(shown.stdout).toContain(`# GOPRIVATE was corp.example/* (go env -w, ${goenv}:1)`);
  expect(shown.stdout).toContain('ENV GONOPROXY="none"\n');
  expect(shown.stderr).toContain("is this machine alone; give --url");
});
