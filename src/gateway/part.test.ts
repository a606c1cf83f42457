import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BrokenPartError, Part, readPart } from "./part.ts";

async function withFile(run: (path: string, append: (bytes: Buffer) => Promise<void>) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-part-"));
  const handle = await open(join(folder, "part"), "w");
  try {
    await run(join(folder, "part"), async (bytes) => void (await handle.write(bytes)));
  } finally {
    await handle.close();
    await rm(folder, { recursive: true });
  }
}

const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, i) => i % 251));

test("a reader gets all bytes, the last ones only once the file is whole", async () => {
  await withFile(async (path, append) => {
    const part = new Part(path, bytes.length);
    const read: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of readPart(part)) read.push(Buffer.from(chunk));
    })();
    for (let at = 0; at < bytes.length; at += 100_000) {
      await append(bytes.subarray(at, at + 100_000));
      part.grow(Math.min(at + 100_000, bytes.length));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = Buffer.concat(read).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(bytes.length - 128 * 1024);
    part.complete();
    await reading;
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
  });
});

test("a reader of a file that breaks off is cut", async () => {
  await withFile(async (path, append) => {
    const part = new Part(path, undefined);
    await append(bytes);
    part.grow(bytes.length);
    const reading = (async () => {
      let length = 0;
      for await (const chunk of readPart(part)) length += chunk.length;
      return length;
    })();
    await new Promise((resolve) => setTimeout(resolve, 20));
    part.breakOff();
    await expect(reading).rejects.toThrow(BrokenPartError);
  });
});

test("what has ended does not change its mind", () => {
  const part = new Part("x", undefined);
  part.breakOff();
  part.complete();
  expect(part.state).toBe("broken");
});
