import { expect, test } from "vitest";
import { Pinned } from "./pinned.ts";

test("a body counts once, until the last client has it", () => {
  const pinned = new Pinned(150);
  const [a, b] = [Buffer.alloc(100), Buffer.alloc(100)];
  const ends = [pinned.pin(a), pinned.pin(a), pinned.pin(a)];
  expect(pinned.full).toBe(false);
  const end = pinned.pin(b);
  expect(pinned.full).toBe(true);
  end();
  end();
  expect(pinned.full).toBe(false);
  for (const each of ends) each();
  pinned.pin(b);
  expect(pinned.full).toBe(false);
});
