// Mirrors of repositories are pruned like versions: the least recently used first, and none that somebody works with.
import { existsSync } from "node:fs";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { getGlobalDispatcher } from "undici";
import { afterAll, expect, test } from "vitest";
import { withCacheStores } from "../../src/gateway/cacheStores.ts";
import { mirrorsIn } from "../../src/gateway/dataFolder.ts";
import { Mirror } from "../../src/gateway/direct/mirror.ts";
import { mirrorLease } from "../../src/gateway/direct/mirrorFolders.ts";
import { ObjectReaders } from "../../src/gateway/direct/objectReaders.ts";
import type { CacheStores } from "../../src/gateway/cacheRemoval.ts";
import { type CommandRun, tryCommand } from "../harness/command.ts";
import { GitRepository } from "../harness/gitRepository.ts";
import { TempDir } from "../harness/tempDir.ts";

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");

const readers = new ObjectReaders();
const dispatchers = { any: getGlobalDispatcher(), public: getGlobalDispatcher() };
afterAll(() => readers.close());

test("by size and age; one that is fetched or was just used stays; the next question makes it anew", async () => {
  await using dir = await TempDir.create("mirrors");
  const data = dir.join("data");
  const prune = (...args: readonly string[]): Promise<CommandRun> =>
    tryCommand([launcher, "cache", "prune", "--data", data, ...args], {});
  await withCacheStores(data, async ({ leases }) => {
    const mirrors: Mirror[] = [];
    for (const [name, days] of [
      ["a", 40],
      ["b", 20],
      ["c", 0],
    ] as const) {
      const repository = await GitRepository.create(dir.join(`repositories/${name}`), `example.com/${name}`);
      await repository.commit({ "ballast.txt": "x".repeat(1000) }, "More");
      const mirror = mirrorOf(dir, name, leases);
      await mirror.haveAll(await mirror.refs(0));
      expect(await mirror.has((await mirror.refs(60_000)).get("HEAD") ?? "")).toBe(true);
      const used = new Date(Date.now() - days * 86_400_000);
      await utimes(join(mirror.path, "fairlead-url"), used, used);
      mirrors.push(mirror);
    }
    const [a = "", b = "", c = ""] = mirrors.map(({ path }) => path);
    // Of a removal that was interrupted.
    await mkdir(`${mirrorsIn(data)}/0123.gone/objects`, { recursive: true });
    await writeFile(`${mirrorsIn(data)}/0123.gone/objects/pack`, "x");

    const wouldGo = await prune("--keep", "30d", "--dry-run");
    expect(wouldGo.stdout).toMatch(
      /the mirror of https:\/\/127\.0\.0\.1\/a\n0 versions and 1 mirrors of repositories would go/,
    );
    const lease = await leases.acquire(mirrorLease(a));
    expect((await prune("--keep", "30d")).stdout).toContain("1 are being fetched or were used just now, and stay");
    if (lease !== undefined) await leases.release(lease);
    expect((await prune("--keep", "30d")).stdout).toContain("0 versions and 1 mirrors of repositories removed");
    expect([a, b, c].map((path) => existsSync(path))).toEqual([false, true, true]);
    expect(existsSync(`${mirrorsIn(data)}/0123.gone`)).toBe(false);

    expect((await prune("--max-size", "1B", "--json")).stdout).toMatch(/"mirrors": 1/);
    expect([b, c].map((path) => existsSync(path))).toEqual([false, true]);
    const listed: unknown = JSON.parse(
      (await tryCommand([launcher, "cache", "ls", "--json", "--data", data], {})).stdout,
    );
    expect(listed).toMatchObject({ mirrors: [{ repository: "https://127.0.0.1/c", bytes: expect.any(Number) }] });

    const [first] = mirrors;
    const refs = await first?.refs(0);
    await first?.have(refs?.get("HEAD") ?? "", "refs/heads/main");
    expect(await first?.has(refs?.get("HEAD") ?? "")).toBe(true);
  });
});

function mirrorOf(dir: TempDir, name: string, leases: CacheStores["leases"]): Mirror {
  const rule = { prefix: "127.0.0.1", url: `file://${dir.join("repositories")}` };
  const unset = { depth: undefined, user: undefined, token: undefined, tokenCommand: undefined, sshKey: undefined };
  return new Mirror(`https://127.0.0.1/${name}`, {
    folder: mirrorsIn(dir.join("data")),
    leases,
    options: {
      rules: [{ ...unset, knownHosts: undefined, ...rule }],
      timeoutMs: 60_000,
      repositoryLimit: 1 << 30,
      trusted: "",
      userConfig: false,
    },
    isTrusted: false,
    readers,
    dispatchers,
    caFile: undefined,
    signal: new AbortController().signal,
  });
}
