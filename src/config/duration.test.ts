import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "./duration.ts";

test.each([
  ["0s", 0],
  ["500ms", 500],
  ["5s", 5000],
  ["1.5s", 1500],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["7d", 604_800_000],
  ["1m500ms", 60_500],
])("%s is %d ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
  expect(parseDuration(formatDuration(ms))).toBe(ms);
});

test.each([
  ["60", "60 has no unit; write 60s for seconds or 60ms for milliseconds"],
  ["1.5", "1.5 has no unit"],
  ["", "not a duration"],
  ["-5s", "not a duration"],
  ["5 s", "not a duration"],
  ["5sec", "not a duration"],
  ["5S", "not a duration"],
  ["1e3s", "not a duration"],
  ["s", "not a duration"],
])("%j is refused", (text, message) => {
  expect(() => parseDuration(text)).toThrow(message);
});

test.each([
  [60_000, "1m"],
  [90_000, "1m30s"],
  [3_600_000, "1h"],
  [1, "1ms"],
])("%d ms is written %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
