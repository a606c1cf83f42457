import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DiskBlobs } from "./blobs.ts";
import { StorageError } from "./storageError.ts";

let folder: string;
let blobs: DiskBlobs;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "fairlead-blobs-"));
  blobs = new DiskBlobs(join(folder, "modules"), join(folder, "parts"));
  await blobs.prepare();
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what is put is read, and no part file stays behind", async () => {
  await blobs.put("a.com/b/@v/v1.0.0.mod", Buffer.from("module a.com/b\n"));
  expect(String(await blobs.read("a.com/b/@v/v1.0.0.mod"))).toBe("module a.com/b\n");
  expect(readFileSync(join(folder, "modules/a.com/b/@v/v1.0.0.mod"), "utf8")).toBe("module a.com/b\n");
  expect(readdirSync(join(folder, "parts"))).toEqual([]);
});

test("a part file is adopted under its key", async () => {
  const part = blobs.partPath("t.0");
  writeFileSync(part, "zip");
  await blobs.adopt(part, "a.com/b/@v/v1.0.0.zip");
  expect(blobs.has("a.com/b/@v/v1.0.0.zip")).toBe(true);
  expect(await blobs.parts()).toEqual([]);
});

test("what is not there is undefined, also below a file", async () => {
  await blobs.put("a.com/b", Buffer.from("x"));
  expect(await blobs.read("a.com/none")).toBeUndefined();
  expect(await blobs.read("a.com/b/c")).toBeUndefined();
  expect(await blobs.open("a.com/none")).toBeUndefined();
  expect(blobs.has("a.com/b/c")).toBe(false);
  expect(await blobs.names("a.com/none")).toEqual([]);
});

test.each(["../x", "a/../../x", "", ".", "a\0b"])("refuses the key %j", async (key) => {
  await expect(blobs.put(key, Buffer.from("x"))).rejects.toThrow(StorageError);
  await expect(blobs.read(key)).rejects.toThrow(StorageError);
});

test("a name that is too long is told as such, and leaves nothing", async () => {
  await expect(blobs.put(`a.com/${"x".repeat(300)}`, Buffer.from("x"))).rejects.toMatchObject({
    code: "name-too-long",
  });
  expect(await blobs.parts()).toEqual([]);
});

test("a failed put leaves what was there", async () => {
  await blobs.put("k", Buffer.from("old"));
  await expect(blobs.put("k/below", Buffer.from("new"))).rejects.toThrow(StorageError);
  expect(String(await blobs.read("k"))).toBe("old");
  expect(statSync(join(folder, "modules/k")).isFile()).toBe(true);
});
