import fc from "fast-check";
import { expect, test } from "vitest";
import { parseLsRefs } from "./lsRefs.ts";

const [a, b] = ["a".repeat(40), "b".repeat(40)];
const packet = (text: string): string => (Buffer.byteLength(text) + 4).toString(16).padStart(4, "0") + text;
const good = `${packet(`${a} HEAD symref-target:refs/heads/main\n`)}${packet(`${a} refs/heads/é\n`)}${packet(`${b} refs/tags/v1.0.0 peeled:${a}\n`)}0000`;

test("what git ls-remote prints", () => {
  expect(parseLsRefs(Buffer.from(good))).toBe(
    `${a}\tHEAD\n${a}\trefs/heads/é\n${b}\trefs/tags/v1.0.0\n${a}\trefs/tags/v1.0.0^{}\n`,
  );
  expect(parseLsRefs(Buffer.from("0000"))).toBe("");
});

test.each([
  ["nothing", ""],
  ["no end", good.slice(0, -4)],
  ["more behind the end", `${good}0000`],
  ["an error", `${packet("ERR access denied\n")}0000`],
  ["a page", "<!DOCTYPE html>"],
  ["an older protocol", `${packet("# service=git-upload-pack\n")}0000${packet(`${a} HEAD\0caps\n`)}0000`],
  ["a length that leads nowhere", `ffff${a} HEAD\n0000`],
  ["an empty packet", "00040000"],
])("%s is no answer", (_, text) => {
  expect(parseLsRefs(Buffer.from(text))).toBeUndefined();
});

test("never hangs or throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(good.length), (noise, at) => {
      const broken = Buffer.concat([Buffer.from(good.slice(0, at)), noise, Buffer.from(good.slice(at))]);
      parseLsRefs(broken);
    }),
  );
});
