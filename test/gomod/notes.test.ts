/** Signed notes against golang.org/x/mod/sumdb/note: equal results, bytes and error texts. */
import { createHash } from "node:crypto";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as note from "../../src/gomod/note.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/gomod/utf8.ts";
import { moduleSource, type Oracle, startOracle } from "../oracle/oracle.ts";
import { anything, nearly } from "./arbitraries.ts";
import { caseCount, expectAgreement, isLong, type Ours, sample, writeAgreements } from "./differential.ts";
import { nodeCrypto, sha256, webCrypto } from "./nodeNote.ts";

/** Cases where each takes signatures. */
const signed = isLong ? caseCount : caseCount / 5;

if (isLong) vi.setConfig({ testTimeout: 1_800_000 });

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "modules");
});
afterAll(async () => {
  oracle?.close();
  await writeAgreements("gomod-notes", "Signed notes against golang.org/x/mod/sumdb/note");
});

const names = ["sum.example.com", "sum.example.com/team", "EnochRoot", "é", "x", "sum.example.com"];
const keys = await Promise.all(
  names.map((name, i) => note.generateKey(createHash("sha256").update(`seed ${i}`).digest(), name, nodeCrypto)),
);
const signers = await Promise.all(keys.map(({ signerKey }) => note.newSigner(signerKey, nodeCrypto)));

/** Keys whose hash is right, whatever the rest. */
const hashedKey: Arbitrary<string> = fc
  .tuple(
    fc.oneof(fc.constantFrom("a", "a.b/c", "", "a b", "a\u0085", "a\udc80", "\u{1f600}", "a\tb"), anything),
    fc.constantFrom(1, 1, 1, 0, 2, 255),
    fc.oneof(fc.constant(32), fc.nat(40)),
    fc.nat(),
    fc.constantFrom("", "PRIVATE+KEY+"),
  )
  .map(([name, algorithm, size, seed, prefix]) => {
    const bytes = createHash("sha512").update(String(seed)).digest().subarray(0, size);
    const key = Buffer.concat([Buffer.from([algorithm]), bytes]);
    const hash = createHash("sha256")
      .update(encodeUtf8(`${name}\n`))
      .update(key)
      .digest("hex");
    return `${prefix}${name}+${hash.slice(0, 8)}+${key.toString("base64")}`;
  });

const writtenKey: Arbitrary<string> = fc.oneof(
  nearly(fc.constantFrom(...keys.flatMap(({ signerKey, verifierKey }) => [signerKey, verifierKey]))),
  nearly(hashedKey),
  hashedKey,
);

describe("keys", () => {
  const cases = sample(writtenKey);

  it("note.newVerifier", async () => {
    await expectAgreement(
      oracle,
      "note.newVerifier",
      cases.map((key) => [key]),
      (key) => {
        const { name, keyHash } = note.newVerifier(key, nodeCrypto);
        return { name, keyHash };
      },
    );
  });

  it.each([
    ["Node's", nodeCrypto],
    ["the browsers'", webCrypto],
  ])("note.newSigner with %s cryptography", async (_, crypto) => {
    const texts = sample(anything, signed);
    await expectAgreement(
      oracle,
      "note.newSigner",
      texts.map((text, i) => [cases[i] ?? "", text]),
      async (key, text) => {
        const signer = await note.newSigner(key, crypto);
        const signature = Buffer.from(await signer.sign(encodeUtf8(text))).toString("base64");
        return { name: signer.name, keyHash: signer.keyHash, signature };
      },
    );
  });

  it("note.generateKey and newEd25519VerifierKey", async () => {
    const seeds = sample(fc.tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), nearly(fc.constantFrom(...names))));
    await expectAgreement(
      oracle,
      "note.generateKey",
      seeds.slice(0, signed).map(([seed, name]) => [decodeUtf8(seed), name]),
      async (seed, name) => ({ ...(await note.generateKey(encodeUtf8(seed), name, nodeCrypto)) }),
    );
    await expectAgreement(
      oracle,
      "note.newEd25519VerifierKey",
      seeds.map(([seed, name], i) => [name, decodeUtf8(i % 10 === 0 ? seed.subarray(1) : seed)]),
      (name, key) => note.newEd25519VerifierKey(name, encodeUtf8(key), sha256),
    );
  });
});

const texts = [
  "",
  "go.sum database tree\n2\nnND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=\n",
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  "\n",
  "\n\n\n",
  "é\u2028\n",
  "no line end",
  "a\tb\n",
  "\udcff\n",
  "x\n\n— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/\n",
];

/** Messages that some of the keys have signed, others only say so, in some order, and some twice. */
const pool: string[] = [];
for (const text of texts.filter((text) => text.endsWith("\n"))) {
  for (const [first, second] of [
    [0, 1],
    [1, 2],
    [2, 2],
    [3, 4],
    [5, 0],
  ] as const) {
    const by = [signers[first], signers[second]].filter((signer) => signer !== undefined);
    const message = decodeUtf8(await note.sign({ text }, ...by));
    const lines = message.slice(text.length + 1);
    pool.push(message, message + lines, `${text}\n${lines.split("\n").toReversed().slice(1).join("\n")}\n`);
  }
}
pool.push(...[99, 100, 101].map((times) => `x\n\n${"— EnochRoot rwz+eBzmZa0=\n".repeat(times)}`));
const knownKeys = keys.map(({ verifierKey }) => verifierKey);

const openOurs: Ours = async (message, ...known) => {
  const verifiers = note.verifierList(...known.map((key) => note.newVerifier(key, nodeCrypto)));
  try {
    return { ...(await note.open(encodeUtf8(message), verifiers)) };
  } catch (error) {
    if (!(error instanceof note.UnverifiedNoteError)) throw error;
    return { ...error.note, unverified: error.message };
  }
};

describe("notes", () => {
  it("note.open", async () => {
    const known = fc.oneof(
      fc.subarray(knownKeys),
      fc.constant(knownKeys),
      // The same key twice is an ambiguous one.
      fc.constant(["sum.example.com", "EnochRoot"].flatMap(() => knownKeys)),
      fc.array(hashedKey.filter(isVerifierKey), { maxLength: 2 }),
    );
    const cases = sample(
      fc.tuple(fc.oneof(nearly(fc.constantFrom(...pool)), fc.constantFrom(...pool), anything), known),
      signed,
    );
    await expectAgreement(
      oracle,
      "note.open",
      cases.map(([message, keys]) => [message, ...keys]),
      openOurs,
    );
  });

  it("note.sign", async () => {
    const signature = fc
      .tuple(nearly(fc.constantFrom(...names)), fc.constantFrom(0, 1, 2), fc.constantFrom("", "A", "AAAA", "x"))
      .map(([name, kind, more]) => {
        const hash = kind === 0 ? (signers[0]?.keyHash ?? 0) : kind === 1 ? 0x01020304 : 5;
        const bytes = Buffer.alloc(12, 7);
        bytes.writeUInt32BE(kind === 2 ? 6 : hash);
        return [name, String(hash), `${bytes.toString("base64")}${more}`];
      });
    const cases = sample(
      fc.tuple(
        fc.oneof(fc.constantFrom(...texts), nearly(fc.constantFrom(...texts)), anything),
        fc.subarray(keys.map(({ signerKey }) => signerKey)),
        fc.array(signature, { maxLength: 3 }),
      ),
      signed,
    );
    await expectAgreement(
      oracle,
      "note.sign",
      cases.map(([text, by, had]) => [text, String(by.length), ...by, ...had.flat()]),
      async (text, count, ...rest) => {
        const by = rest.slice(0, Number(count));
        const had = rest.slice(by.length);
        const sigs = Array.from({ length: had.length / 3 }, (_, i) => {
          const [name = "", hash = "", base64 = ""] = had.slice(3 * i);
          return { name, hash: Number(hash), base64 };
        });
        const signing = await Promise.all(by.map((key) => note.newSigner(key, nodeCrypto)));
        return decodeUtf8(await note.sign({ text, sigs }, ...signing));
      },
    );
  });

  it("what x/mod's own tests have", async ({ skip }) => {
    const [{ value } = { value: undefined }] = await oracle.ask("literals", [
      [await moduleSource({ skip }), "sumdb/note/*_test.go"],
    ]);
    const literals = Array.isArray(value) ? value.map(String) : [];
    expect(literals.length).toBeGreaterThan(50);
    const found = literals.filter(isVerifierKey);
    expect(found.length).toBeGreaterThan(1);
    await expectAgreement(
      oracle,
      "note.open",
      literals.map((text) => [text, ...new Set(found)]),
      openOurs,
    );
    await expectAgreement(
      oracle,
      "note.open",
      literals.flatMap((text) => literals.map((behind) => [text + behind, ...new Set(found)])),
      openOurs,
    );
  });
});

function isVerifierKey(key: string): boolean {
  try {
    note.newVerifier(key, nodeCrypto);
    return true;
  } catch {
    return false;
  }
}
