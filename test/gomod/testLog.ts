import { formatHash, type Hash, type HashReader, recordHash, storedHashesForRecordHash } from "../../src/gomod/tlog.ts";
import { sha256 } from "./nodeNote.ts";

/** A log in memory: its stored hashes, one behind the other. */
export class TestLog implements HashReader {
  readonly hashes: Hash[] = [];
  readonly texts: Uint8Array[] = [];

  get size(): number {
    return this.texts.length;
  }

  async add(text: string): Promise<void> {
    const data = new TextEncoder().encode(text);
    this.hashes.push(...(await storedHashesForRecordHash(this.size, recordHash(data, sha256), this, sha256)));
    this.texts.push(data);
  }

  readHashes(indexes: readonly number[]): Hash[] {
    return indexes.map((index) => {
      const hash = this.hashes[index];
      if (hash === undefined) throw new RangeError(`no hash ${index}`);
      return hash;
    });
  }
}

/** The oracle's log (test/oracle/logs.go), that long. */
export async function oracleLog(size: number): Promise<TestLog> {
  const log = new TestLog();
  for (let n = 0; n < size; n++) await log.add(`record ${n}`);
  return log;
}

export function formatHashes(hashes: readonly Hash[]): string[] {
  return hashes.map(formatHash);
}
