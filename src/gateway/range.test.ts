import { expect, test } from "vitest";
import { parseRange } from "./range.ts";

const etag = '"abc"';
const rows: readonly [header: string, ifRange: string | undefined, result: ReturnType<typeof parseRange>][] = [
  ["bytes=0-0", undefined, { start: 0, end: 1 }],
  ["bytes=0-99", undefined, { start: 0, end: 100 }],
  ["bytes=50-", undefined, { start: 50, end: 100 }],
  ["bytes=-10", undefined, { start: 90, end: 100 }],
  ["bytes=-1000", undefined, { start: 0, end: 100 }],
  ["bytes=90-1000", undefined, { start: 90, end: 100 }],
  ["bytes=100-", undefined, "unsatisfiable"],
  ["bytes=-0", undefined, "unsatisfiable"],
  ["bytes=5-2", undefined, undefined],
  ["bytes=-", undefined, undefined],
  ["bytes=0-1,5-6", undefined, undefined],
  ["items=0-1", undefined, undefined],
  ["bytes=a-b", undefined, undefined],
  ["bytes=0-0", etag, { start: 0, end: 1 }],
  ["bytes=0-0", '"other"', undefined],
  ["bytes=0-0", "Sat, 21 Nov 2026 00:00:00 GMT", undefined],
];

test.each(rows)("%s, If-Range %s", (header, ifRange, result) => {
  expect(parseRange(header, ifRange, 100, etag)).toEqual(result);
});
