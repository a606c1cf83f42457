import { expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "./base64.ts";

it.each(["", "f", "fo", "foo", "\xff\xfe\x00"])("%j and back", (text) => {
  const bytes = Buffer.from(text, "latin1");
  expect(encodeBase64(bytes)).toBe(bytes.toString("base64"));
  expect(decodeBase64(encodeBase64(bytes))).toEqual(new Uint8Array(bytes));
});

it.each([
  ["Zg==", "f"],
  // Spare bits, and line ends wherever they are.
  ["Zh==", "f"],
  ["Zm9v\n", "foo"],
  ["Z\r\ng=\n=", "f"],
])("%j", (text, decoded) => {
  expect(Buffer.from(decodeBase64(text) ?? "").toString()).toBe(decoded);
});

it.each(["Zg", "Zg=", "Z===", "Zm 9", "Zm9v Zm9v", "Zg==Zg==", "_-__", "=Zg="])("refuses %j", (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});
