// What one worker has seen of one source: how fast it answers, and what came of it.

/** Weight of the newest measurement in the running means. */
const weight = 0.2;
/** Bodies below this say nothing of a source's rate. Bytes. */
const bodyForRate = 64 * 1024;
const samplesKept = 128;
const samplesForP95 = 20;

/** Sums that have not been written down yet. */
export interface Counts {
  answers: number;
  absences: number;
  failures: number;
  bytes: number;
  hedges: number;
  hedgesWon: number;
}

export class SourceStats {
  /** Running mean of the time to the first byte. Milliseconds; 0 before the first. */
  latencyMs: number;
  /** Running mean, of larger bodies. Bytes a second; 0 before the first. */
  bytesPerSecond: number;
  lastAskedAt = 0;
  #counts: Counts = noCounts();
  readonly #samples: number[] = [];
  #next = 0;
  #p95: number | undefined;

  /** Begins with what earlier processes measured. */
  constructor(latencyMs = 0, bytesPerSecond = 0) {
    this.latencyMs = latencyMs;
    this.bytesPerSecond = bytesPerSecond;
  }

  count(what: keyof Counts, by = 1): void {
    this.#counts[what] += by;
  }

  /** The first byte came after so long; `isSmall` where it was asked for a small file. */
  firstByte(milliseconds: number, isSmall: boolean): void {
    this.latencyMs = mean(this.latencyMs, milliseconds);
    if (!isSmall) return;
    this.#samples[this.#next] = milliseconds;
    this.#next = (this.#next + 1) % samplesKept;
    this.#p95 = undefined;
  }

  body(bytes: number, milliseconds: number): void {
    this.#counts.bytes += bytes;
    if (bytes >= bodyForRate && milliseconds > 0)
      this.bytesPerSecond = mean(this.bytesPerSecond, (bytes * 1000) / milliseconds);
  }

  /** The time within which 95 of 100 small files began to come; undefined while too little is known. */
  p95(): number | undefined {
    if (this.#samples.length < samplesForP95) return undefined;
    this.#p95 ??= this.#samples.toSorted((a, b) => a - b)[Math.ceil(this.#samples.length * 0.95) - 1];
    return this.#p95;
  }

  /** Hands over the sums since the last time; undefined where there is nothing new. */
  takeCounts(): Counts | undefined {
    const counts = this.#counts;
    if (Object.values(counts).every((count) => count === 0)) return undefined;
    this.#counts = noCounts();
    return counts;
  }
}

function noCounts(): Counts {
  return { answers: 0, absences: 0, failures: 0, bytes: 0, hedges: 0, hedgesWon: 0 };
}

function mean(before: number, now: number): number {
  return before === 0 ? now : before + weight * (now - before);
}
