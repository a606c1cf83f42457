import { expect, test } from "vitest";
import { ImageError } from "../imageError.ts";
import { parsePax, paxNumber, paxText } from "./pax.ts";

const record = (text: string): string => `${String(text.length + 4).padStart(2)} ${text}\n`.trimStart();

test("what is not read is not kept: global headers are without end", () => {
  const records = parsePax(Buffer.from(record("path=a/b") + record("comment=xyz") + record("LIBARCHIVE.x=1")));
  expect([...records.keys()]).toEqual(["path"]);
});

test.each(["", "x", "5 a=b", "99 a=b\n", "6 path\n", "6 a=b\n7 ", "0 a=b\n", "-6 a=b\n", "1e1 a=bcd\n"])(
  "%j",
  (text) => {
    const read = (): unknown => parsePax(Buffer.from(text)).size;
    if (text === "") expect(read()).toBe(0);
    else expect(read).toThrow(ImageError);
  },
);

test("values that no file has", () => {
  const records = parsePax(Buffer.from(record("path=a\0b") + record("size=1e9") + record("uid=99999999999999999")));
  expect(() => paxText(records, "path")).toThrow(/NUL/);
  expect(() => paxNumber(records, "size")).toThrow(ImageError);
  expect(() => paxNumber(records, "uid")).toThrow(ImageError);
});
