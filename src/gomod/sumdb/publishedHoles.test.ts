/**
 * Two holes that the reference had in what it believed of a checksum database's answer. Each has a naive client here, which
 * is as wrong as the reference was, to show that the server's trick is one. The third, in what is believed of tiles, is in
 * tlog/tileHashReader.test.ts.
 */
import { createPrivateKey, createPublicKey, hash, sign, verify } from "node:crypto";
import { expect, it } from "vitest";
import { open } from "../note/open.ts";
import { sign as signNote } from "../note/sign.ts";
import { generateKey, newSigner } from "../note/signer.ts";
import { newVerifier, type VerifierCrypto, verifierList } from "../note/verifier.ts";
import { parseRecord } from "../tlog/record.ts";
import { parseTree } from "../tlog/tree.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import { Client } from "./client.ts";
import { serve } from "./server.ts";
import { TestServer } from "./testServer.ts";

const pair = createPrivateKey({
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 6)]),
  format: "der",
  type: "pkcs8",
});
const publicKey = createPublicKey(pair);
const crypto: VerifierCrypto = {
  sha256: (data) => hash("sha256", data, "buffer"),
  verify: (_, message, signature) => verify(null, message, publicKey, signature),
};
const { sha256 } = crypto;
const { signerKey, verifierKey } = await generateKey(Buffer.alloc(32, 6), "sum.example.com", {
  sha256,
  publicKey: () => publicKey.export({ format: "der", type: "spki" }).subarray(-32),
  sign: (_, message) => sign(null, message, pair),
});
const signer = await newSigner(signerKey, {
  sha256,
  publicKey: () => publicKey.export({ format: "der", type: "spki" }).subarray(-32),
  sign: (_, message) => sign(null, message, pair),
});

const other = "golang.org/x/good v1.0.0 h1:7uVkIFmeBqHfdjD+gZwtXXI+RODJ2Wc4O7MPEh/QiW4=";
const forged = "golang.org/x/bad v1.0.0 h1:7uVkIFmeBqHfdjD+gZwtXXI+RODJ2Wc4O7MPEh/QiW4=";

/** A database whose every record is about another module. */
const database = new TestServer({ signer, sha256, gosum: async () => encodeUtf8(`${other}\n`) });

/** A client of that database; `change` may do something to what it answers to lookups. */
function clientOf(change: (answer: Uint8Array) => Promise<Uint8Array>): Client {
  return new Client({
    crypto,
    ops: {
      readRemote: async (path) => {
        const { body } = await serve(path, database);
        return path.startsWith("/lookup/") ? change(body) : body;
      },
      readConfig: async (file) => encodeUtf8(file === "key" ? verifierKey : ""),
      writeConfig: async () => "written",
      readCache: async () => undefined,
      writeCache: async () => undefined,
      log: () => undefined,
      securityError: () => undefined,
    },
  });
}

/** All lines of an answer, of which everything is signed or in the log. */
async function naiveLines(answer: Uint8Array, path: string, version: string): Promise<string[]> {
  const { rest } = parseRecord(answer);
  const head = await open(rest, verifierList(newVerifier(verifierKey, crypto)));
  parseTree(head.text);
  return decodeUtf8(answer)
    .split("\n")
    .filter((line) => line.startsWith(`${path} ${version} `));
}

it("lines behind the record are not believed, though they are signed (golang/go#80745, CVE-2026-56864)", async () => {
  let sent = new Uint8Array(0);
  const client = clientOf(async (answer) => {
    const { rest } = parseRecord(answer);
    const record = answer.subarray(0, answer.length - rest.length);
    const text = decodeUtf8(rest).split("\n\n")[0] ?? "";
    // Older clients pass over what follows the hash in a tree head.
    sent = Buffer.concat([record, await signNote({ text: `${text}\n${forged}\n` }, signer)]);
    return sent;
  });
  const looked = client.lookup("golang.org/x/bad", "v1.0.0");
  await expect(looked).rejects.toMatchObject({ code: "checksumMissing" });
  expect(await naiveLines(sent, "golang.org/x/bad", "v1.0.0")).toEqual([forged]);
  // What is in the record is.
  expect(await client.lookup("golang.org/x/good", "v1.0.0")).toEqual([other]);
});

/** Lets pass what no line speaks against. */
function naiveVerify(lines: readonly string[], path: string, version: string, h1: string): void {
  for (const line of lines) {
    if (line === `${path} ${version} ${h1}`) return;
    if (line.startsWith(`${path} ${version} h1:`)) throw new Error("checksum mismatch");
  }
}

it("an answer without a matching line is a failure (golang/go#79070, CVE-2026-42501)", async () => {
  let sent = new Uint8Array(0);
  const client = clientOf(async (answer) => (sent = new Uint8Array(answer)));
  const missing = { code: "checksumMissing", message: "golang.org/x/bad@v1.0.0: checksum missing from sumdb response" };
  await expect(client.verify("golang.org/x/bad", "v1.0.0", "h1:anything=")).rejects.toMatchObject(missing);
  await expect(client.lookup("golang.org/x/bad", "v1.0.0")).rejects.toMatchObject(missing);
  const lines = await naiveLines(sent, "golang.org/x/bad", "v1.0.0");
  expect(() => naiveVerify(lines, "golang.org/x/bad", "v1.0.0", "h1:anything=")).not.toThrow();
});
