// Reads objects of a mirror through one `git cat-file --batch`, which finds what is fetched later, too.

import { SourceFailure } from "../source.ts";
import { startGit, type GitChild } from "./gitProcess.ts";

export interface GitObject {
  readonly hash: string;
  readonly type: string;
  readonly content: Buffer;
}

const headerLimit = 4096;

export class ObjectReader {
  readonly #folder: string;
  #child: GitChild | undefined;
  #chunks: AsyncIterator<Buffer> | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The object that an expression names (`<hash>:go.mod`), or undefined. One after the other. */
  read(expression: string, limit: number): Promise<GitObject | undefined> {
    const answer = this.#last.then(() => this.#read(expression, limit));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Ends the process once it has answered; a later question starts another one. */
  async close(): Promise<void> {
    await this.#last;
    await this.#end();
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#chunks = undefined;
    this.#rest = Buffer.alloc(0);
    child?.kill();
    await child?.ended;
  }

  async #read(expression: string, limit: number): Promise<GitObject | undefined> {
    // A line is a question: a name with a line break would be two.
    if (/[\n\0]/.test(expression)) return undefined;
    const child = (this.#child ??= startGit(["cat-file", "--batch"], this.#folder));
    const output: AsyncIterable<Buffer> = child.stdout;
    this.#chunks ??= output[Symbol.asyncIterator]();
    child.stdin.write(`${expression}\n`);
    let newline = -1;
    while ((newline = this.#rest.indexOf(10)) < 0 && this.#rest.length < headerLimit) await this.#more(child);
    const header = this.#rest.subarray(0, newline).toString("utf8");
    this.#rest = this.#rest.subarray(newline + 1);
    const [, hash = "", type = "", size = ""] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(header) ?? [];
    if (hash === "") return undefined;
    const length = Number(size);
    if (length > limit) {
      await this.#end();
      throw new SourceFailure("bad-answer", `${expression} has ${length} bytes, more than the ${limit} allowed`);
    }
    const parts: Buffer[] = [];
    for (let have = 0; have < length + 1;) {
      if (this.#rest.length === 0) await this.#more(child);
      const part = this.#rest.subarray(0, length + 1 - have);
      parts.push(part);
      have += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return { hash, type, content: Buffer.concat(parts).subarray(0, length) };
  }

  async #more(child: GitChild): Promise<void> {
    const next = await this.#chunks?.next();
    if (next === undefined || next.done === true) {
      await this.#end();
      throw new SourceFailure("outage", `the mirror could not be read: ${child.stderr().trim()}`);
    }
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
  }
}
