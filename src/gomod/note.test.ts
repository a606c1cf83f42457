import { createPrivateKey, createPublicKey, hash, type KeyObject, sign as ed25519, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import * as note from "./note.ts";

// As the docstrings of VerifierCrypto and SignerCrypto have it.
const spki = Buffer.from("302a300506032b6570032100", "hex");
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");
const keyOf = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" });
const crypto: note.VerifierCrypto & note.SignerCrypto = {
  sha256: (data) => hash("sha256", data, "buffer"),
  verify(publicKey, message, signature) {
    const key = createPublicKey({ key: Buffer.concat([spki, publicKey]), format: "der", type: "spki" });
    return verify(null, message, key, signature);
  },
  publicKey: (seed) => createPublicKey(keyOf(seed)).export({ format: "der", type: "spki" }).subarray(-32),
  sign: (seed, message) => ed25519(null, message, keyOf(seed)),
};

const ours = await note.generateKey(Buffer.alloc(32, 1), "sum.example.com", crypto);
const theirs = await note.generateKey(Buffer.alloc(32, 2), "other.example.com", crypto);
const signer = await note.newSigner(ours.signerKey, crypto);
const otherSigner = await note.newSigner(theirs.signerKey, crypto);
const known = note.verifierList(note.newVerifier(ours.verifierKey, crypto));

const text = "go.sum database tree\n2\nnND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=\n";

it("opens what it signs", async () => {
  const message = await note.sign({ text }, signer, otherSigner);
  const opened = await note.open(message, known);
  expect(opened).toMatchObject({
    text,
    sigs: [{ name: "sum.example.com", hash: signer.keyHash }],
    unverifiedSigs: [{ name: "other.example.com", hash: otherSigner.keyHash }],
  });
  // What was opened can be signed by more, and the older signatures stay valid.
  const again = await note.sign(opened, otherSigner);
  expect(await note.open(again, known)).toMatchObject({ sigs: opened.sigs });
});

it("opens a note that Go has signed", async () => {
  // golang.org/x/mod/sumdb/note, the package's documentation.
  const petersKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const message = Buffer.from(
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
      "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
  );
  const peter = note.verifierList(note.newVerifier(petersKey, crypto));
  await expect(note.open(message, peter)).resolves.toMatchObject({ sigs: [{ name: "PeterNeumann" }] });
});

describe("refuses", () => {
  it("a changed text, though another signature would do", async () => {
    const message = Buffer.from(await note.sign({ text }, signer, otherSigner));
    const changed = Buffer.from(message.toString().replace("\n2\n", "\n3\n"));
    await expect(note.open(changed, known)).rejects.toMatchObject({
      code: "invalidSignature",
      message: expect.stringMatching(/^invalid signature for key sum\.example\.com\+[0-9a-f]{8}$/),
    });
  });

  it("a note by strangers, and says what it holds", async () => {
    const message = await note.sign({ text }, otherSigner);
    const error = await note.open(message, known).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(note.UnverifiedNoteError);
    expect(error).toMatchObject({
      code: "unverifiedNote",
      message: "note has no verifiable signatures",
      note: { text },
    });
  });

  it("another's signature under our name", async () => {
    const forged = { ...otherSigner, name: signer.name, keyHash: signer.keyHash };
    await expect(note.open(await note.sign({ text }, forged), known)).rejects.toMatchObject({
      code: "invalidSignature",
    });
  });

  it("a list that gives another verifier than was asked for", async () => {
    const wrong = { verifier: () => note.newVerifier(theirs.verifierKey, crypto) };
    await expect(note.open(await note.sign({ text }, signer), wrong)).rejects.toThrow("doesn't match signature");
  });

  it("an ambiguous key", async () => {
    const verifier = note.newVerifier(ours.verifierKey, crypto);
    const message = await note.sign({ text }, signer);
    await expect(note.open(message, note.verifierList(verifier, verifier))).rejects.toThrow(/^ambiguous key sum\./);
  });

  it.each([
    ["malformed verifier id", (key: string) => key.slice(0, -1)],
    ["malformed verifier id", (key: string) => key.replace("sum.", "sum .")],
    ["invalid verifier hash", (key: string) => key.replace("sum.", "sun.")],
  ])("a key: %s", async (message, change) => {
    expect(() => note.newVerifier(change(ours.verifierKey), crypto)).toThrow(message);
    const refused = note.newSigner(change(ours.signerKey), crypto);
    await expect(refused).rejects.toMatchObject({ code: "invalidKey", message });
  });
});

it("never says any of a signer key", async () => {
  const secret = ours.signerKey.slice(ours.signerKey.lastIndexOf("+") + 1);
  for (const key of [`${ours.signerKey}x`, ours.signerKey.replace("sum.", "sun."), secret]) {
    const error: unknown = await note.newSigner(key, crypto).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain(secret.slice(0, 12));
  }
});

it.each([
  ["lines", "a\n"],
  ["empty lines", "\n"],
  ["signatures", "— x AAAAAAA=\n"],
  ["bytes that are no UTF-8", "\xff"],
])("is soon done with megabytes of %s", async (_, piece) => {
  const bytes = Buffer.concat([
    Buffer.from("a\n\n"),
    Buffer.from(piece.repeat(1 << 20), piece === "\xff" ? "latin1" : "utf8"),
  ]);
  await expect(note.open(bytes, known)).rejects.toMatchObject({ code: "invalidNote", message: "malformed note" });
});
