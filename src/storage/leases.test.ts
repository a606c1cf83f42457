import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase, type Database } from "./database.ts";
import { Leases, liveTokens, releaseHolder } from "./leases.ts";

let folder: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fairlead-leases-"));
  database = openDatabase(join(folder, "db"), { migrateFirst: true });
});
afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true });
});

test("one holds it, the others wait until it is given back", async () => {
  const [a, b] = [new Leases(database, "a"), new Leases(database, "b")];
  const lease = await a.acquire("k");
  expect(lease).toBeDefined();
  expect(await b.acquire("k")).toBeUndefined();
  expect(await a.acquire("k")).toBeUndefined();
  expect(await b.isHeld("k")).toBe(true);
  if (lease !== undefined) await a.release(lease);
  expect(await b.isHeld("k")).toBe(false);
  expect(await b.acquire("k")).toBeDefined();
});

test("a silent holder's lease lapses, and giving it back late harms nobody", async () => {
  let now = 1_000_000;
  const [a, b] = [new Leases(database, "a", () => now), new Leases(database, "b", () => now)];
  const lost = await a.acquire("k");
  now += 4001;
  const taken = await b.acquire("k");
  expect(taken).toBeDefined();
  expect(taken?.token).not.toBe(lost?.token);
  if (lost !== undefined) await a.release(lost);
  expect(await b.isHeld("k")).toBe(true);
});

test("a dead holder's leases are given back at once, the others' are not", async () => {
  const [a, b] = [new Leases(database, "a"), new Leases(database, "b")];
  await a.acquire("one");
  await a.acquire("two");
  const kept = await b.acquire("three");
  await releaseHolder(database, "a");
  expect(await b.isHeld("one")).toBe(false);
  expect(await b.isHeld("two")).toBe(false);
  expect(await liveTokens(database)).toEqual(new Set([kept?.token]));
});

test("of many who try at once, one gets it", async () => {
  const holders = Array.from({ length: 50 }, (_, i) => new Leases(database, `holder ${i}`));
  const taken = await Promise.all(holders.map((holder) => holder.acquire("k")));
  expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
});
