import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LocalShell } from "../../../test/harness/localShell.ts";
import { TempDir } from "../../../test/harness/tempDir.ts";
import { checked } from "./checked.ts";
import { type LockClaim, releaseLock, takeLock } from "./lock.ts";
import { hostScript, type Place } from "./prelude.ts";

const place: Place = { service: "shop", environment: "production", engine: "docker" };
const anna: LockClaim = { token: "token-anna", owner: "anna@laptop", reason: "deploy 1" };
const ben: LockClaim = { token: "token-ben", owner: 'ben "the $(id)" o\'hara', reason: "rollback 2" };

async function world(): Promise<{ folder: TempDir; host: LocalShell; lockFile: string }> {
  const folder = await TempDir.create("lock");
  return { folder, host: new LocalShell(folder.path), lockFile: join(folder.path, "shop/production/lock") };
}

describe("the lock, in a real sh", () => {
  test("the second is told who holds it, what for and since when", async () => {
    const { folder, host } = await world();
    await using _ = folder;
    expect(await takeLock(host, place, ben, false)).toEqual({ broken: undefined });
    await expect(takeLock(host, place, anna, false)).rejects.toThrow(
      /being deployed by ben "the \$\(id\)" o'hara \(rollback 2\), since \d{4}-.*lapses in (59|60) s/,
    );
    await releaseLock(host, place, ben.token);
    expect(await takeLock(host, place, anna, false)).toEqual({ broken: undefined });
  });

  test("the same deploy takes its own lock again", async () => {
    const { folder, host } = await world();
    await using _ = folder;
    await takeLock(host, place, anna, false);
    expect(await takeLock(host, place, anna, false)).toEqual({ broken: undefined });
  });

  test("another environment has a lock of its own", async () => {
    const { folder, host } = await world();
    await using _ = folder;
    await takeLock(host, place, anna, false);
    expect(await takeLock(host, { ...place, environment: "staging" }, ben, false)).toEqual({ broken: undefined });
  });

  test("a lapsed one is taken over, a living one with force, and whose it was is told", async () => {
    const { folder, host, lockFile } = await world();
    await using _ = folder;
    await takeLock(host, place, anna, false);
    expect(await takeLock(host, place, ben, true)).toMatchObject({ broken: { how: "forced", owner: "anna@laptop" } });
    await writeFile(lockFile, (await readFile(lockFile, "utf8")).replace(/\n\d+\n/, "\n1000\n"));
    expect(await takeLock(host, place, anna, false)).toMatchObject({ broken: { how: "lapsed", reason: "rollback 2" } });
  });

  test("of many who come at once, one gets it", async () => {
    const { folder, host } = await world();
    await using _ = folder;
    const claims = Array.from({ length: 8 }, (_, i) => ({ ...anna, token: `token-${i}` }));
    const results = await Promise.allSettled(claims.map((claim) => takeLock(host, place, claim, false)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("a step whose lock was broken does nothing, and giving back a lost lock leaves the new one", async () => {
    const { folder, host, lockFile } = await world();
    await using _ = folder;
    await takeLock(host, place, anna, false);
    const step = hostScript(place, `fenced\necho changed >"$state/changed"`, { token: anna.token });
    await checked(host, "change", step, { timeout: 10_000 });
    await takeLock(host, place, ben, true);
    await expect(checked(host, "change", step, { timeout: 10_000 })).rejects.toMatchObject({
      code: "lock-lost",
      message: expect.stringContaining(`${ben.owner} has it now (${ben.reason})`),
    });
    await releaseLock(host, place, anna.token);
    expect(await readFile(lockFile, "utf8")).toMatch(/^token-ben\n/);
  });

  test("a torn lock file locks nobody out", async () => {
    const { folder, host, lockFile } = await world();
    await using _ = folder;
    await takeLock(host, place, anna, false);
    for (const text of ["", "x", "token-x\nnot a number\n"]) {
      await writeFile(lockFile, text);
      await expect(takeLock(host, place, ben, true)).resolves.toBeDefined();
    }
  });
});
