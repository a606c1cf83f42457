import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { repairKey } from "./keyText.ts";

const folder = mkdtempSync(join(tmpdir(), "fairlead-test-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Made by OpenSSH itself. */
function make(name: string, ...options: readonly string[]): string {
  execFileSync("/usr/bin/ssh-keygen", ["-q", "-C", "test", "-f", join(folder, name), ...options]);
  return readFileSync(join(folder, name), "utf8");
}

const ed25519 = make("ed25519", "-t", "ed25519", "-N", "");
const rsaPem = make("rsa", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "");
const pkcs8 = make("pkcs8", "-t", "ecdsa", "-m", "PKCS8", "-N", "");
const locked = make("locked", "-t", "ed25519", "-N", "a passphrase");
const lockedPem = make("lockedPem", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "a passphrase");
const publicKey = readFileSync(join(folder, "ed25519.pub"), "utf8");

const oneLine = (key: string): string => key.trim().replaceAll("\n", " ");
const damages: readonly (readonly [string, (key: string) => string, readonly string[]])[] = [
  ["Windows line ends", (key) => key.replaceAll("\n", "\r\n"), ["Windows line ends"]],
  ["no line end", (key) => key.trimEnd(), ["no line end at its end"]],
  ["literal \\n", (key) => key.replaceAll("\n", "\\n"), ["literal \\n for line ends"]],
  ["base64", (key) => Buffer.from(key).toString("base64"), ["base64 around it"]],
  [
    "base64 in lines",
    (key) =>
      (
        Buffer.from(key)
          .toString("base64")
          .match(/.{1,76}/g) ?? []
      ).join("\n"),
    ["base64 around it"],
  ],
  ["quotes", (key) => `"${key}"`, ["quotes around it"]],
  ["a byte order mark", (key) => `\uFEFF${key}`, ["byte order mark"]],
  ["indentation", (key) => key.replaceAll(/^/gm, "    "), ["indented or blank lines"]],
  ["blank lines", (key) => key.replaceAll("\n", "\n\n"), ["indented or blank lines"]],
  ["one line", oneLine, ["spaces for line ends"]],
  [
    "several at once",
    (key) => `"${key.trimEnd().replaceAll("\n", "\\r\\n")}"`,
    ["quotes around it", "literal \\n for line ends"],
  ],
];

describe.each([
  ["OpenSSH", ed25519],
  ["PEM", rsaPem],
  ["PKCS#8", pkcs8],
])("%s", (_, key) => {
  test("as it is: not a byte is changed", () => expect(repairKey(key)).toEqual({ state: "fine", key, repairs: [] }));

  test.each(damages)("%s", (_, damage, repairs) => {
    const read = repairKey(damage(key));
    expect(read).toMatchObject({ state: "fine", repairs });
    // The same key in OpenSSH's own eyes, in lines of any width.
    if (read.state === "fine") expect(read.key.replaceAll("\n", "")).toBe(key.replaceAll("\n", ""));
  });
});

test.each<[string, string, RegExp]>([
  ["nothing", " \n", /empty/],
  ["a public key", publicKey, /public key/],
  ["a passphrase", locked, /passphrase/],
  ["a passphrase, PEM", lockedPem, /passphrase/],
  ["PuTTY", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", /puttygen/],
  ["a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", /certificate/],
  ["the first half", ed25519.slice(0, 200), /no END line/],
  ["the second half", ed25519.slice(200), /no BEGIN line/],
  ["a part is missing", ed25519.replace(/\n(.{10})/, "\n"), /incomplete|changed on its way/],
  ["masked", ed25519.replace(/\n.{20}/, "\n[MASKED]------------"), /characters that no key has/],
  ["a variable's name", "$SSH_PRIVATE_KEY", /not filled in/],
  ["a path", "~/.ssh/id_rsa", /no private key/],
  ["large", "x".repeat(100_000), /64 KiB/],
])("%s is told", (_, text, why) => {
  const read = repairKey(text);
  expect(read.state === "unusable" ? read.why : read).toMatch(why);
});

test("what is told never holds a part of the key, whatever happened to it", () => {
  fc.assert(
    fc.property(fc.nat(ed25519.length), fc.nat(40), fc.string({ maxLength: 5 }), (at, length, put) => {
      const read = repairKey(ed25519.slice(0, at) + put + ed25519.slice(at + length));
      if (read.state !== "unusable") return;
      for (let start = 60; start + 12 < ed25519.length; start += 6)
        expect(read.why).not.toContain(ed25519.slice(start, start + 12).replace("\n", ""));
    }),
  );
});
