// A job's log: a file of its own, line by line, secrets masked, and its last lines at hand for the summary.

import { closeSync, openSync, writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { mask } from "../../config/redact.ts";

const longestLine = 64 * 1024;
const tailLines = 12;
/** Above this the file gets no more: a job that prints without end must not fill the disk. */
const mostBytes = 256 * 2 ** 20;

export class JobLog {
  readonly path: string;
  readonly #descriptor: number;
  readonly #secrets: readonly string[];
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  readonly #tail: string[] = [];
  #rest = "";
  #bytes = 0;

  /** Throws what opening the file throws. Values of `secrets` that stand on a line are masked. */
  constructor(path: string, secrets: readonly string[], onLine: (line: string) => void) {
    this.path = path;
    this.#descriptor = openSync(path, "a", 0o600);
    // Longer ones first: one may be the beginning of another. A very short one protects nothing and would ruin the text.
    this.#secrets = secrets.filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length);
    this.#onLine = onLine;
  }

  /** A line of ours. */
  say(line: string): void {
    this.#flush();
    this.#line(line);
  }

  write(chunk: Buffer): void {
    const text = this.#rest + this.#decoder.write(chunk);
    const lines = text.split(/\r?\n/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
    if (this.#rest.length > longestLine) this.#flush();
  }

  get tail(): readonly string[] {
    return this.#tail;
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    if (this.#rest !== "") this.#line(this.#rest);
    this.#rest = "";
  }

  #line(raw: string): void {
    let line = raw;
    for (const secret of this.#secrets) line = line.replaceAll(secret, mask);
    this.#tail.push(line);
    if (this.#tail.length > tailLines) this.#tail.shift();
    this.#onLine(line);
    if (this.#bytes > mostBytes) return;
    this.#bytes += Buffer.byteLength(line) + 1;
    try {
      writeSync(this.#descriptor, this.#bytes > mostBytes ? "(the log is cut here)\n" : `${line}\n`);
    } catch {
      // A full disk: the job's own writes will tell, and its result must not hang on its log.
    }
  }
}
