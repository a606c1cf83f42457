// Extended headers of POSIX.1-2001: records `LENGTH KEY=VALUE\n` that replace fields of the header behind them.

import { ImageError } from "../imageError.ts";

export type PaxRecords = ReadonlyMap<string, Buffer>;

/** The records that are read. Others are many and anybody's: kept, each global header would add to them. */
const known = new Set([
  "path",
  "linkpath",
  "size",
  "uid",
  "gid",
  "GNU.sparse.name",
  "GNU.sparse.realsize",
  "GNU.sparse.size",
  "SCHILY.xattr.security.capability",
]);

/** Reads the records. A later one of the same name counts. Throws ImageError `bad-archive`. */
export function parsePax(data: Buffer): PaxRecords {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const digits = space < 0 || space - at > 10 ? "" : data.toString("latin1", at, space);
    const end = at + Number(digits);
    const equals = data.indexOf(0x3d, space);
    if (!/^[1-9]\d*$/.test(digits) || end > data.length || equals < 0 || equals >= end || data[end - 1] !== 0x0a)
      throw new ImageError("bad-archive", "an extended tar header (pax) is malformed");
    const name = data.toString("utf8", space + 1, equals);
    if (known.has(name)) records.set(name, data.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** A path or name among the records. Throws ImageError `bad-archive` for one with a NUL, which no file can have. */
export function paxText(records: PaxRecords, key: string): string | undefined {
  const value = records.get(key);
  if (value?.includes(0) === true)
    throw new ImageError("bad-archive", `an extended tar header (pax) has a NUL byte in its ${key}`);
  return value?.toString("utf8");
}

/** A number among the records. Throws ImageError `bad-archive`. */
export function paxNumber(records: PaxRecords, key: string): number | undefined {
  const value = records.get(key)?.toString("latin1");
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number))
    throw new ImageError(
      "bad-archive",
      `an extended tar header (pax) has ${JSON.stringify(value.slice(0, 40))} for its ${key}`,
    );
  return number;
}
