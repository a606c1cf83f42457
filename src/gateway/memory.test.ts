import fc from "fast-check";
import { expect, test } from "vitest";
import { Memory } from "./memory.ts";

test("the least recently used goes first", () => {
  const memory = new Memory<string>(4096);
  memory.set("a", "a", 0);
  memory.set("b", "b", 0);
  memory.set("c", "c", 0);
  memory.get("a");
  memory.set("d", "d", 0);
  expect([memory.get("a"), memory.get("b"), memory.get("c"), memory.get("d")]).toEqual(["a", undefined, "c", "d"]);
});

test("what is larger than half of it is not kept, and replaces nothing", () => {
  const memory = new Memory<string>(10_000);
  memory.set("a", "a", 10);
  memory.set("big", "big", 5001);
  expect(memory.get("big")).toBeUndefined();
  expect(memory.get("a")).toBe("a");
});

test("whatever is stored, the bound holds", () => {
  const step = fc.record({
    key: fc.integer({ min: 0, max: 50 }),
    bytes: fc.integer({ min: 0, max: 20_000 }),
    remove: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const memory = new Memory<number>(50_000);
      for (const { key, bytes, remove } of steps) {
        if (remove) memory.delete(String(key));
        else memory.set(String(key), key, bytes);
        expect(memory.used).toBeLessThanOrEqual(50_000);
        expect(memory.used).toBeGreaterThanOrEqual(memory.size * 1024);
      }
      for (let key = 0; key <= 50; key++) memory.delete(String(key));
      expect(memory.used).toBe(0);
    }),
  );
});
