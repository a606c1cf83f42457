// Cuts a stream into lines. A line has a bound: what is longer is cut, and its rest is passed over.

export class LineSplitter {
  readonly #limit: number;
  readonly #onLine: (line: string, isCut: boolean) => void;
  #line = "";
  #isCut = false;
  #hasCut = false;

  constructor(limit: number, onLine: (line: string, isCut: boolean) => void) {
    this.#limit = limit;
    this.#onLine = onLine;
  }

  /** Whether a line was longer than the limit. */
  get hasCut(): boolean {
    return this.#hasCut;
  }

  push(text: string): void {
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      this.#add(text, from, at);
      this.#emit();
      from = at + 1;
    }
    this.#add(text, from, text.length);
  }

  /** The last line needs no line feed. */
  end(): void {
    if (this.#line !== "") this.#emit();
  }

  #add(text: string, from: number, to: number): void {
    const room = this.#limit - this.#line.length;
    if (to - from > room) this.#isCut = this.#hasCut = true;
    if (room > 0) this.#line += text.slice(from, Math.min(to, from + room));
  }

  #emit(): void {
    const line = this.#line;
    const isCut = this.#isCut;
    this.#line = "";
    this.#isCut = false;
    this.#onLine(line, isCut);
  }
}
