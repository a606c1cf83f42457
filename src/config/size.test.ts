import { expect, test } from "vitest";
import { formatSize, parseSize } from "./size.ts";

test.each([
  ["0B", 0],
  ["512B", 512],
  ["16MiB", 16 * 1024 ** 2],
  ["16 MiB", 16 * 1024 ** 2],
  ["500MB", 500_000_000],
  ["1.5GiB", 1.5 * 1024 ** 3],
  ["1kB", 1000],
  ["1KB", 1000],
])("%s is %d bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
  expect(parseSize(formatSize(bytes))).toBe(bytes);
});

test.each([
  ["500", "500 has no unit; write for example 500MiB"],
  ["16M", "write 16MiB or 16MB"],
  ["16mb", "write 16MiB or 16MB"],
  ["16constructor", "unknown unit"],
  ["-1MiB", "not a size"],
  ["MiB", "not a size"],
  ["99999999TiB", "too large"],
])("%j is refused", (text, message) => {
  expect(() => parseSize(text)).toThrow(message);
});

test.each([
  [256 * 1024 ** 2, "256MiB"],
  [500_000_000, "500MB"],
  [1_000_001, "1000001B"],
])("%d is written %s", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
