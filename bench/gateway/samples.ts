import type { Observed } from "./observation.ts";

/** One measured value of one subject (a server, or a limit such as file://) in one round. */
export interface Sample {
  readonly experiment: string;
  readonly subject: string;
  readonly value: number;
  readonly observed: Observed;
}

/** A server's peak memory in one start of it, in bytes. */
export interface MemorySample {
  readonly part: string;
  readonly subject: string;
  readonly bytes: number;
}

/** What goes wrong with one subject does not end the others' measurement; the report names it. */
export interface Failure {
  readonly part: string;
  readonly subject: string;
  readonly reason: string;
}

export class Samples {
  readonly values: Sample[] = [];
  readonly memory: MemorySample[] = [];
  readonly failures: Failure[] = [];

  of(experiment: string, subject: string): Sample[] {
    return this.values.filter((sample) => sample.experiment === experiment && sample.subject === subject);
  }

  /** The median over the rounds; undefined where nothing was measured. */
  median(experiment: string, subject: string): number | undefined {
    return median(this.of(experiment, subject).map((sample) => sample.value));
  }

  peakMemory(part: string, subject: string): number | undefined {
    const peaks = this.memory
      .filter((each) => each.part === part && each.subject === subject)
      .map((each) => each.bytes);
    return peaks.length === 0 ? undefined : Math.max(...peaks);
  }
}

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}
