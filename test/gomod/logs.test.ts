/** Transparency logs against golang.org/x/mod/sumdb/tlog: equal results, bytes and error texts. */
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as tlog from "../../src/gomod/tlog.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/gomod/utf8.ts";
import { moduleSource, type Oracle, startOracle } from "../oracle/oracle.ts";
import { anything, nearly } from "./arbitraries.ts";
import { expectAgreement, isLong, type Ours, sample, writeAgreements } from "./differential.ts";
import { sha256 } from "./nodeNote.ts";
import { formatHashes, oracleLog } from "./testLog.ts";

/** Cases where each takes many hashes; in the long run some more than 100,000, since not each is one that can be asked about. */
const hashed = isLong ? 150_000 : 4000;

if (isLong) vi.setConfig({ testTimeout: 1_800_000 });

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "modules");
});
afterAll(async () => {
  oracle?.close();
  await writeAgreements("gomod-logs", "Transparency logs against golang.org/x/mod/sumdb/tlog");
});

const maxSize = 1200;
const log = await oracleLog(maxSize);

const size: Arbitrary<number> = fc.oneof(
  fc.nat(20),
  fc.nat(maxSize),
  fc.constantFrom(255, 256, 257, 300, 511, 512, 1024),
);
/** Numbers of records that a log may have one day; indexes are not quite twice as large. */
const large: Arbitrary<number> = fc.oneof(
  fc.nat(300),
  fc.nat(2 ** 31 - 1),
  fc.maxSafeNat().map((n) => Math.floor(n / 4)),
  fc.tuple(fc.nat(49), fc.integer({ min: -2, max: 2 })).map(([bits, off]) => Math.max(0, 2 ** bits + off)),
);

const strings = (cases: readonly (readonly (number | string)[])[]): string[][] => cases.map((args) => args.map(String));

describe("hashes and indexes", () => {
  it("tlog.recordHash, nodeHash", async () => {
    const data = sample(anything);
    const hashes = data.map((text) => tlog.formatHash(sha256(encodeUtf8(text))));
    await expectAgreement(
      oracle,
      "tlog.recordHash",
      data.map((text) => [text]),
      (text) => tlog.formatHash(tlog.recordHash(encodeUtf8(text), sha256)),
    );
    await expectAgreement(
      oracle,
      "tlog.nodeHash",
      hashes.map((hash, i) => [hash, hashes[i + 1] ?? hash]),
      (left, right) => tlog.formatHash(tlog.nodeHash(tlog.parseHash(left), tlog.parseHash(right), sha256)),
    );
  });

  it("tlog.parseHash", async () => {
    const hash = nearly(fc.constantFrom(...log.hashes.slice(0, 20).map(tlog.formatHash)));
    const broken = fc.tuple(hash, fc.nat(44), fc.constantFrom("\n", "\r\n", "\r", " ", "=")).map(([text, at, more]) => {
      return text.slice(0, at) + more + text.slice(at);
    });
    await expectAgreement(
      oracle,
      "tlog.parseHash",
      sample(fc.oneof(hash, broken)).map((text) => [text]),
      (text) => tlog.formatHash(tlog.parseHash(text)),
    );
  });

  it("tlog.storedHashIndex, splitStoredHashIndex, storedHashCount", async () => {
    const places = sample(fc.tuple(fc.nat(40), large)).map(([level, n]) => [level, Math.floor(n / 2 ** level)]);
    await expectAgreement(oracle, "tlog.storedHashIndex", strings(places), (level, n) =>
      tlog.storedHashIndex(Number(level), Number(n)),
    );
    const numbers = sample(large).map((n) => [n]);
    await expectAgreement(oracle, "tlog.splitStoredHashIndex", strings(numbers), (index) => ({
      ...tlog.splitStoredHashIndex(Number(index)),
    }));
    await expectAgreement(oracle, "tlog.storedHashCount", strings(numbers), (n) => tlog.storedHashCount(Number(n)));
  });

  it("refuses numbers that JavaScript has not", () => {
    for (const n of [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(() => tlog.storedHashIndex(0, n)).toThrow(RangeError);
      expect(() => tlog.splitStoredHashIndex(n)).toThrow(RangeError);
      expect(() => tlog.storedHashCount(n)).toThrow(RangeError);
    }
    expect(() => tlog.storedHashIndex(60, 5)).toThrow(RangeError);
    expect(() => tlog.storedHashIndex(0, 2 ** 52 + 5)).toThrow(RangeError);
  });

  it("tlog.storedHashes, treeHash", async () => {
    const sizes = sample(size, hashed);
    await expectAgreement(
      oracle,
      "tlog.storedHashes",
      sizes.map((n) => [String(n), `text ${n}`]),
      async (n, text) => formatHashes(await tlog.storedHashes(Number(n), encodeUtf8(text), log, sha256)),
    );
    await expectAgreement(oracle, "tlog.treeHash", strings(sizes.map((n) => [n])), async (n) =>
      tlog.formatHash(await tlog.treeHash(Number(n), log, sha256)),
    );
  });
});

describe("proofs", () => {
  const pairs = sample(
    fc.oneof(
      fc.tuple(size, size),
      fc.tuple(size, size).map(([a, b]) => [Math.max(a, b), Math.min(a, b)] as const),
    ),
    hashed,
  );
  const proofs = { record: tlog.proveRecord, tree: tlog.proveTree };

  it.each([
    ["tlog.proveRecord", proofs.record],
    ["tlog.proveTree", proofs.tree],
  ] as const)("%s", async (op, prove) => {
    await expectAgreement(oracle, op, strings(pairs), async (t, n) =>
      formatHashes(await prove(Number(t), Number(n), log, sha256)),
    );
  });

  /** Good proofs, each with something wrong with it: or nothing. */
  async function proofCases(prove: (t: number, n: number) => Promise<readonly string[]>): Promise<string[][]> {
    const edits = sample(fc.record({ kind: fc.nat(9), at: fc.nat(), size: fc.integer({ min: -2, max: 2 }) }), hashed);
    const all: string[][] = [];
    for (const [i, [t, n]] of pairs.entries()) {
      if (!(n >= 1 && n < t)) continue;
      const { kind, at, size } = edits[i] ?? { kind: 0, at: 0, size: 0 };
      const proof = [...(await prove(t, n))];
      const [tree, record] = [await treeHash(t), await treeHash(n)];
      const other = tlog.formatHash(log.hashes[at % log.hashes.length] ?? new Uint8Array(32));
      const numbers = [kind === 1 ? t + size : t, kind === 2 ? n + size : n];
      if (kind === 3) proof.splice(at % (proof.length + 1), 1);
      if (kind === 4) proof.splice(at % (proof.length + 1), 0, other);
      if (kind === 5) proof[at % Math.max(1, proof.length)] = other;
      if (kind === 6) proof.reverse();
      all.push([
        String(numbers[0]),
        kind === 7 ? other : tree,
        String(numbers[1]),
        kind === 8 ? other : record,
        ...proof,
      ]);
    }
    return all;
  }
  const treeHash = async (n: number): Promise<string> => tlog.formatHash(await tlog.treeHash(n, log, sha256));

  it("tlog.checkRecord", async () => {
    const cases = await proofCases(async (t, n) => formatHashes(await proofs.record(t, n, log, sha256)));
    const withRecord = cases.map((args, i) => {
      const stored = log.hashes[tlog.storedHashIndex(0, Math.max(0, Number(args[2])))] ?? new Uint8Array(32);
      return i % 9 === 8 ? args : [...args.slice(0, 3), tlog.formatHash(stored), ...args.slice(4)];
    });
    await expectAgreement(oracle, "tlog.checkRecord", withRecord, (t, th, n, h, ...proof) => {
      const tree = { n: Number(t), hash: tlog.parseHash(th ?? "") };
      tlog.checkRecord(proof.map(tlog.parseHash), tree, Number(n), tlog.parseHash(h ?? ""), sha256);
      return true;
    });
  });

  it("tlog.checkTree", async () => {
    const cases = await proofCases(async (t, n) => formatHashes(await proofs.tree(t, n, log, sha256)));
    const outcomes = new Set<boolean>();
    await expectAgreement(oracle, "tlog.checkTree", cases, (t, th, n, h, ...proof) => {
      const tree = { n: Number(t), hash: tlog.parseHash(th ?? "") };
      const older = { n: Number(n), hash: tlog.parseHash(h ?? "") };
      outcomes.add(false);
      tlog.checkTree(proof.map(tlog.parseHash), tree, older, sha256);
      outcomes.add(true);
      return true;
    });
    expect(outcomes.size).toBe(2);
  });
});

describe("tiles", () => {
  const tile = fc
    .tuple(fc.integer({ min: 1, max: 30 }), fc.oneof(fc.nat(7), fc.integer({ min: -1, max: 63 })), large, fc.nat())
    .map(([h, l, n, w]) => ({ h, l, n, w: w % 3 === 0 ? 2 ** h : (w % 2 ** h) + 1 }));

  it("tlog.tilePath, parseTilePath", async () => {
    const tiles = sample(tile);
    await expectAgreement(
      oracle,
      "tlog.tilePath",
      tiles.map(({ h, l, n, w }) => [h, l, n, w].map(String)),
      (h, l, n, w) => tlog.tilePath({ h: Number(h), l: Number(l), n: Number(n), w: Number(w) }),
    );
    const paths = sample(fc.oneof(nearly(tile.map(tlog.tilePath)), tile.map(tlog.tilePath), anything)).filter(
      (path) => isCountable(path) && isCountable(path.replace(/(?<=[0-9])\/x?(?=[0-9])/g, "")),
    );
    await expectAgreement(
      oracle,
      "tlog.parseTilePath",
      paths.map((path) => [path]),
      (path) => ({ ...tlog.parseTilePath(path) }),
    );
  });

  it("what x/mod's own tests have", async ({ skip }) => {
    const [{ value } = { value: undefined }] = await oracle.ask("literals", [
      [await moduleSource({ skip }), "sumdb/tlog/*_test.go"],
    ]);
    const literals = Array.isArray(value) ? value.map((text) => [String(text)]) : [];
    expect(literals.filter(([text]) => text?.startsWith("tile/")).length).toBeGreaterThan(10);
    await expectAgreement(oracle, "tlog.parseTilePath", literals, (path) => ({ ...tlog.parseTilePath(path) }));
    await expectAgreement(oracle, "tlog.parseTree", literals, parseTreeOurs);
    await expectAgreement(oracle, "tlog.parseRecord", literals, parseRecordOurs);
  });

  it("tlog.tileForIndex, newTiles", async () => {
    const cases = sample(fc.tuple(fc.integer({ min: 0, max: 30 }), large));
    await expectAgreement(oracle, "tlog.tileForIndex", strings(cases), (h, index) => ({
      ...tlog.tileForIndex(Number(h), Number(index)),
    }));
    const growths = sample(
      fc
        .tuple(fc.integer({ min: 0, max: 12 }), fc.oneof(fc.nat(300), large), fc.nat(300), fc.boolean())
        .map(([h, from, more, shrinks]) => (shrinks ? [h, from + more, from] : [h, from, from + more])),
    );
    await expectAgreement(oracle, "tlog.newTiles", strings(growths), (h, from, to) =>
      tlog.newTiles(Number(h), Number(from), Number(to)).map((tile) => ({ ...tile })),
    );
  });

  it("tlog.readTileData, hashFromTile", async () => {
    const place = fc.tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.nat(3),
      fc.nat(20),
      fc.nat(64),
      fc.nat(600),
      fc.constantFrom(0, 0, 0, 0, 1, 2, 3, 4, 5, 6),
    );
    const whole: string[][] = [];
    const parts: string[][] = [];
    for (const [h, l, n, w, index, fault] of sample(place, hashed)) {
      // Tiles that the log has, and the tile that the index is in more often than another.
      const tile = fault < 3 ? { ...tlog.tileForIndex(h, index), w: 2 ** h } : { h, l, n, w: Math.min(w, 2 ** h) };
      if ((tile.n + 1) * 2 ** (tile.h * (tile.l + 1)) > maxSize) continue;
      whole.push([tile.h, tile.l, tile.n, tile.w].map(String));
      const data = decodeUtf8(await tlog.readTileData(tile, log));
      const cut = fault === 6 ? data.slice(1) : data;
      const claimed = { ...tile, h: fault === 5 ? 31 : tile.h, l: fault === 1 ? 64 : tile.l };
      parts.push([claimed.h, claimed.l, claimed.n, claimed.w, cut, index].map(String));
    }
    expect(parts.length).toBeGreaterThan(hashed / 3);
    await expectAgreement(oracle, "tlog.readTileData", whole, async (h, l, n, w) => {
      const data = await tlog.readTileData({ h: Number(h), l: Number(l), n: Number(n), w: Number(w) }, log);
      return Buffer.from(data).toString("base64");
    });
    await expectAgreement(oracle, "tlog.hashFromTile", parts, (h, l, n, w, data = "", index) => {
      const tile = { h: Number(h), l: Number(l), n: Number(n), w: Number(w) };
      return tlog.formatHash(tlog.hashFromTile(tile, encodeUtf8(data), Number(index), sha256));
    });
  });

  it("tlog.tileHashReader, honest tiles and forged ones", async () => {
    const reading = fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.oneof(fc.nat(40), fc.nat(300)),
      fc.array(fc.nat(), { maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom("flip", "flip", "cut"), fc.nat()), { maxLength: 2 }),
    );
    const cases = sample(reading, hashed).map(([h, n, numbers, faults]) => {
      const end = tlog.storedHashIndex(0, n);
      const indexes = numbers.map((number) => number % (end + 1 + Math.ceil(end / 50)));
      // Tiles that are read, for all of the tree, and so often one that is read for these indexes.
      const tiles = tlog.newTiles(h, 0, n);
      const wrong = faults.flatMap(([which, kind, at]) => {
        const tile = tiles[which % Math.max(1, tiles.length)];
        return tile === undefined ? [] : [`${tlog.tilePath(tile)} ${kind} ${at}`];
      });
      return [String(h), String(n), indexes.join(" "), ...wrong];
    });
    // Where nothing is asked for, Go reads the tree all the same, and panics if it has no records.
    const asking = cases.filter((args) => args[2] !== "");
    const refused = { count: 0 };
    await expectAgreement(oracle, "tlog.readHashes", asking, async (...args) => {
      try {
        return await readHashesOurs(...args);
      } catch (error) {
        refused.count++;
        throw error;
      }
    });
    expect(refused.count).toBeGreaterThan(asking.length / 20);
    expect(refused.count).toBeLessThan(asking.length * 0.9);
  });
});

const readHashesOurs: Ours = async (height, size, indexes = "", ...faults) => {
  const wrong = new Map(
    faults.map((fault) => {
      const [path = "", kind = "", at = ""] = fault.split(" ");
      return [path, { kind, at: Number(at) }] as const;
    }),
  );
  const saved: string[] = [];
  const reader: tlog.TileReader = {
    height: Number(height),
    readTiles: (tiles) =>
      Promise.all(
        tiles.map(async (tile) => {
          const data = await tlog.readTileData(tile, log);
          const fault = wrong.get(tlog.tilePath(tile));
          if (fault === undefined) return data;
          const at = fault.at % data.length;
          if (fault.kind === "cut") return data.subarray(0, at);
          return data.map((byte, i) => (i === at ? byte ^ 0x80 : byte));
        }),
      ),
    saveTiles: (tiles) => void saved.push(...tiles.map(tlog.tilePath)),
  };
  const tree = { n: Number(size), hash: await tlog.treeHash(Number(size), log, sha256) };
  const read = await tlog.tileHashReader(tree, reader, sha256).readHashes(indexes.split(" ").map(Number));
  return { hashes: formatHashes(read), saved };
};

/** Has no number that Go can count to and JavaScript can't: those we refuse. */
function isCountable(text: string): boolean {
  return (text.match(/[0-9]{16,}/g) ?? []).every((digits) => Number.isSafeInteger(Number(digits)));
}

const parseRecordOurs: Ours = (message) => {
  const { id, text, rest } = tlog.parseRecord(encodeUtf8(message));
  return { id, text: decodeUtf8(text), rest: decodeUtf8(rest) };
};
const parseTreeOurs: Ours = (text) => {
  const { n, hash } = tlog.parseTree(text);
  return { n, hash: tlog.formatHash(hash) };
};

describe("texts", () => {
  const hash = tlog.formatHash(sha256(new Uint8Array(0)));

  it("tlog.formatRecord, parseRecord", async () => {
    const line = fc.constantFrom("example.com/m v1.0.0 h1:abc=", "x", "é", "\udcff", "\x7f", "a\tb", "");
    const text = fc.array(line, { maxLength: 4 }).map((lines) => lines.map((each) => `${each}\n`).join(""));
    const texts = sample(fc.oneof(text, nearly(text), anything));
    await expectAgreement(
      oracle,
      "tlog.formatRecord",
      texts.map((each, i) => [String(i), each]),
      (id, each) => decodeUtf8(tlog.formatRecord(Number(id), encodeUtf8(each))),
    );
    const number = fc.constantFrom("0", "7", "-5", "+5", "-0", "007", "", "x", "9007199254740991", "1_0", " 1", "0x1");
    const record = fc
      .tuple(number, text, fc.constantFrom("\n", "\n", "\n", "", "\n\n", "\nrest", "\n\nrest\n"))
      .map(([id, each, rest]) => `${id}\n${each}${rest}`);
    const messages = sample(fc.oneof(record, nearly(record), anything)).filter(isCountable);
    await expectAgreement(
      oracle,
      "tlog.parseRecord",
      messages.map((message) => [message]),
      parseRecordOurs,
    );
  });

  it("refuses numbers beyond those that JavaScript can count", () => {
    expect(() => tlog.parseRecord(encodeUtf8("9007199254740992\nx\n\n"))).toThrow("malformed record data");
    expect(() => tlog.parseTree(`go.sum database tree\n9007199254740993\n${hash}\n`)).toThrow("malformed tree note");
    expect(() => tlog.parseTilePath("tile/1/0/x009/x007/x199/x254/x740/993")).toThrow("malformed tile path");
  });

  it("tlog.formatTree, parseTree", async () => {
    const sizes = sample(large);
    await expectAgreement(
      oracle,
      "tlog.formatTree",
      sizes.map((n) => [String(n), hash]),
      (n, hash64) => tlog.formatTree({ n: Number(n), hash: tlog.parseHash(hash64) }),
    );
    const tree = fc
      .tuple(
        fc.oneof(large.map(String), fc.constantFrom("-1", "+1", "01", "", "9007199254740991", "1e3")),
        fc.constantFrom("\n", "\n", "", "\nmore\n", "\n\udcff\n", "\r\n"),
      )
      .map(([n, end]) => `go.sum database tree\n${n}\n${hash}${end}`);
    const texts = sample(fc.oneof(tree, nearly(tree))).filter(isCountable);
    const long = [999_900, 999_930, 1_000_001].map(
      (length) => `${tlog.formatTree({ n: 1, hash: sha256(new Uint8Array(0)) })}${"é".repeat(length / 2)}`,
    );
    await expectAgreement(
      oracle,
      "tlog.parseTree",
      [...texts, ...long].map((text) => [text]),
      parseTreeOurs,
    );
  });
});
