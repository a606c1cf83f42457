import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { readElfFile } from "./elfFile.ts";
import { architectureOf, runsOn } from "./machine.ts";

test("the program that runs this test", async () => {
  const bytes = await readFile(process.execPath);
  const elf = readElfFile(bytes);
  expect(elf).toMatchObject({ isLittleEndian: true, hasEntry: true });
  expect(elf?.needed).toContain("libc.so.6");
  expect(elf?.interpreter).toMatch(/^\/lib.*\/ld-linux/);
  expect(elf?.versionNeeds.find(({ library }) => library === "libc.so.6")?.versions).toContain("GLIBC_2.17");
});

test("cut off or damaged anywhere: read or refused, never a crash", async () => {
  const whole = (await readFile("/bin/true")).subarray(0, 64 * 1024);
  for (let length = 0; length < whole.length; length += 509) readElfFile(whole.subarray(0, length));
  for (let at = 0; at < 2048; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] = 0xff;
    readElfFile(damaged);
  }
  expect(readElfFile(Buffer.from("#!/bin/sh\n"))).toBeUndefined();
  expect(readElfFile(Buffer.from("\x7fELF\x02\x01\x01", "latin1"))).toBeUndefined();
});

test("which machines run what", () => {
  const amd64 = { machine: 62, is64: true, isLittleEndian: true };
  const x86 = { machine: 3, is64: false, isLittleEndian: true };
  expect(architectureOf(amd64)).toBe("amd64");
  expect(architectureOf({ ...amd64, machine: 4242 })).toBe("ELF machine 4242");
  expect([runsOn(amd64, "amd64"), runsOn(x86, "amd64"), runsOn(amd64, "arm64")]).toEqual([true, true, false]);
});
