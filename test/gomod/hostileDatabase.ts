/**
 * Checksum databases that may lie, as all the bytes that they serve: an honest log, logs that begin like it and go on in
 * another way, and faults in single answers. Made from fast-check's numbers, for Go's client and ours to look at.
 */
import fc, { type Arbitrary } from "fast-check";
import * as note from "../../src/gomod/note.ts";
import * as tlog from "../../src/gomod/tlog.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/gomod/utf8.ts";
import { nodeCrypto, sha256 } from "./nodeNote.ts";
import { TestLog } from "./testLog.ts";

/** Records in each log. */
const maxSize = 20;
/** How many records each other log has in common with the honest one. */
const forkSizes = [0, 1, 2, 4, 5, 8, 13, 17];

const keys = await note.generateKey(Buffer.alloc(32, 3), "sum.example.com", nodeCrypto);
const strange = await note.generateKey(Buffer.alloc(32, 4), "sum.example.com", nodeCrypto);
const signer = await note.newSigner(keys.signerKey, nodeCrypto);
const stranger = await note.newSigner(strange.signerKey, nodeCrypto);

export const verifierKey: string = keys.verifierKey;

/** What a database is asked for, and all that it answers. Bytes are strings as in utf8.ts. */
export interface HostileDatabase {
  readonly latest: string;
  readonly tileHeight: number;
  readonly gonosumdb: string;
  /** "path version" each. */
  readonly lookups: readonly string[];
  readonly remote: ReadonlyMap<string, string>;
}

interface SignedLog {
  readonly log: TestLog;
  readonly trees: readonly tlog.Tree[];
}

async function signedLog(common: number): Promise<SignedLog> {
  const log = new TestLog();
  const trees: tlog.Tree[] = [{ n: 0, hash: sha256(new Uint8Array(0)) }];
  for (let n = 0; n < maxSize; n++) {
    const version = `example.com/m${n} v1.0.0`;
    const hash = n < common ? "honest" : `other${common}`;
    // Some modules have no line for their go.mod, and one has no line of its own at all.
    const goMod = n % 3 === 0 ? "" : `${version}/go.mod h1:${hash}mod=\n`;
    await log.add(n === 7 ? "example.com/another v1.0.0 h1:x=\n" : `${version} h1:${hash}=\n${goMod}`);
    trees.push({ n: n + 1, hash: await tlog.treeHash(n + 1, log, sha256) });
  }
  return { log, trees };
}

const logs: readonly SignedLog[] = await Promise.all([maxSize, ...forkSizes].map(signedLog));

const heads = new Map<string, string>();
for (const [which, { trees }] of logs.entries()) {
  for (const tree of trees) {
    const text = tlog.formatTree(tree);
    const forged = tlog.formatTree({ n: tree.n, hash: sha256(encodeUtf8(text)) });
    const variants = {
      good: [text, signer],
      stranger: [text, stranger],
      badHash: [forged, signer],
      moreLines: [`${text}example.com/m1 v1.0.0 h1:smuggled=\nexample.com/m9 v1.0.0/go.mod h1:smuggled=\n`, signer],
      noTree: [`example.com tree\n${tree.n}\n`, signer],
    } as const;
    for (const [kind, [signed, by]] of Object.entries(variants)) {
      heads.set(`${which} ${tree.n} ${kind}`, decodeUtf8(await note.sign({ text: signed }, by)));
    }
  }
}

function headOf(log: number, size: number, kind: string): string {
  return heads.get(`${log} ${size} ${kind}`) ?? "";
}

const tileCache = new Map<string, ReadonlyMap<string, string>>();

/** Every tile that a log has ever had, up to a size. */
async function tilesOf(which: number, height: number, size: number): Promise<ReadonlyMap<string, string>> {
  const key = `${which} ${height} ${size}`;
  const known = tileCache.get(key);
  if (known !== undefined) return known;
  const tiles = new Map<string, string>();
  for (let n = 1; n <= size; n++) {
    for (const tile of tlog.newTiles(height, n - 1, n)) {
      tiles.set(
        `/${tlog.tilePath(tile)}`,
        decodeUtf8(await tlog.readTileData(tile, logs[which]?.log ?? new TestLog())),
      );
    }
  }
  tileCache.set(key, tiles);
  return tiles;
}

for (let which = 0; which < logs.length; which++) {
  for (const height of [1, 2, 3]) await tilesOf(which, height, maxSize);
}

const headKind = fc.oneof(
  { weight: 12, arbitrary: fc.constant("good") },
  { weight: 1, arbitrary: fc.constantFrom("stranger", "badHash", "moreLines", "noTree") },
);
const size = fc.nat(maxSize);
/** The honest log more often than another. */
const whichLog = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(forkSizes.length) });

const lookup = fc.record({
  n: fc.nat(maxSize + 1),
  /** At how many records beyond this one the head was signed. */
  later: fc.oneof(fc.nat(maxSize), fc.constant(0), fc.integer({ min: -3, max: 0 })),
  log: whichLog,
  head: headKind,
  both: fc.boolean(),
});

const fault = fc.record({ kind: fc.nat(6), which: fc.nat(), at: fc.nat() });

export const hostileDatabase: Arbitrary<HostileDatabase> = fc
  .record({
    tileHeight: fc.integer({ min: 1, max: 3 }),
    tiles: whichLog,
    stored: fc.option(fc.record({ log: whichLog, size, head: headKind }), { freq: 2 }),
    lookups: fc.uniqueArray(lookup, { minLength: 1, maxLength: 4, selector: ({ n }) => n }),
    faults: fc.oneof(fc.constant([]), fc.array(fault, { minLength: 1, maxLength: 2 })),
    gonosumdb: fc.constantFrom("", "", "example.com/m3,*/m5", "example.org"),
  })
  .map(({ tileHeight, tiles, stored, lookups, faults, gonosumdb }) => {
    const remote = new Map(tileCache.get(`${tiles} ${tileHeight} ${maxSize}`));
    for (const { n, later, log, head } of lookups) {
      const text = logs[log]?.log.texts[n];
      if (text === undefined) continue;
      const signedAt = Math.min(maxSize, Math.max(0, n + 1 + later));
      const record = decodeUtf8(tlog.formatRecord(n, text));
      remote.set(`/lookup/example.com/m${n}@v1.0.0`, record + headOf(log, signedAt, head));
    }
    for (const each of faults) applyFault(remote, each);
    return {
      latest: stored === null ? "" : headOf(stored.log, stored.size, stored.head),
      tileHeight,
      gonosumdb,
      lookups: lookups.flatMap(({ n, both }) => [
        `example.com/m${n} v1.0.0`,
        ...(both ? [`example.com/m${n} v1.0.0/go.mod`] : []),
      ]),
      remote,
    };
  });

function applyFault(
  remote: Map<string, string>,
  { kind, which, at }: { kind: number; which: number; at: number },
): void {
  const paths = [...remote.keys()];
  const lookups = paths.filter((path) => path.startsWith("/lookup/"));
  // Half of the faults are in answers to lookups, which are few.
  const from = at % 2 === 0 && lookups.length > 0 ? lookups : paths;
  const path = from[which % from.length];
  if (path === undefined) return;
  const bytes = Buffer.from(encodeUtf8(remote.get(path) ?? ""));
  const position = at % Math.max(1, bytes.length);
  switch (kind) {
    case 0:
    case 1:
      if (bytes.length > 0) bytes[position] = (bytes[position] ?? 0) ^ (1 << (at % 8));
      remote.set(path, decodeUtf8(bytes));
      break;
    case 2:
      remote.set(path, decodeUtf8(bytes.subarray(0, position)));
      break;
    case 3:
      remote.delete(path);
      break;
    case 4:
      remote.set(path, remote.get(from[at % from.length] ?? path) ?? "");
      break;
    case 5:
      // Not below 0: to Go each such number is that of record 0, ours refuses it.
      remote.set(
        path,
        decodeUtf8(bytes).replace(/^[0-9]+/, (id) => String(Math.max(0, Number(id) + (at % 5) - 2))),
      );
      break;
    default:
      // Servers drop partial tiles.
      for (const each of paths) if (each.includes(".p/") && (each.length + which) % 3 !== 0) remote.delete(each);
  }
}
