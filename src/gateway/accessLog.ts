// One line a request. Lines are built by hand and written in batches: a logger that makes an object for each request
// takes a third of a hit's time.

import { fstatSync } from "node:fs";
import sonicBoom, { type SonicBoom } from "sonic-boom";

export interface AccessRecord {
  readonly id: string;
  readonly client: string;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  /** Bytes of body sent. */
  readonly bytes: number;
  readonly milliseconds: number;
  readonly outcome: string;
  readonly agent: string;
}

export type AccessLogFormat = "json" | "pretty";

/** A request's target is at most this long in the log. */
const targetLength = 1024;
const flushEveryMs = 250;
/** Bytes of lines that wait to be written; what comes beyond is dropped. */
const maxQueued = 4 << 20;

export class AccessLog {
  readonly #out: SonicBoom;
  readonly #format: (record: AccessRecord) => string;
  readonly #timer: NodeJS.Timeout;

  /** `fd` is an open file descriptor, 2 for standard error. */
  constructor(fd: number, format: AccessLogFormat) {
    // A write to a pipe is atomic up to 4 KiB; longer ones of several workers would end up in each other.
    const minLength = fstatSync(fd).isFIFO() ? 3072 : 16_000;
    this.#out = new sonicBoom.SonicBoom({
      fd,
      minLength: format === "pretty" ? 0 : minLength,
      maxLength: maxQueued,
      sync: false,
    });
    // A log that can't be written must not stop the service.
    this.#out.on("error", () => undefined);
    this.#format = format === "json" ? jsonLine : prettyLine;
    this.#timer = setInterval(() => this.#out.flush(), flushEveryMs);
    this.#timer.unref();
  }

  write(record: AccessRecord): void {
    this.#out.write(this.#format(record));
  }

  /** Writes what is left. */
  close(): void {
    clearInterval(this.#timer);
    this.#out.flushSync();
  }
}

function jsonLine(r: AccessRecord): string {
  const target = r.target.length > targetLength ? r.target.slice(0, targetLength) : r.target;
  return `{"time":${Date.now()},"msg":"request","id":"${r.id}","client":"${r.client}","method":"${r.method}","target":${JSON.stringify(target)},"status":${r.status},"bytes":${r.bytes},"ms":${r.milliseconds},"outcome":"${r.outcome}","agent":${JSON.stringify(r.agent.slice(0, 200))}}\n`;
}

function prettyLine(r: AccessRecord): string {
  const time = new Date().toTimeString().slice(0, 8);
  // Control characters in a target would be the client's to write on the operator's terminal.
  const target = r.target.slice(0, targetLength).replace(/\p{C}/gu, "?");
  return `${time} ${r.status} ${r.outcome.padEnd(8)} ${`${r.milliseconds} ms`.padStart(8)} ${r.method} ${target}\n`;
}
