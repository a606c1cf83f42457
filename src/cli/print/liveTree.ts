/** Lines at the bottom of a terminal that are drawn again and again in place. */
export class LiveTree implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #lines: (now: number, columns: number) => readonly string[];
  readonly #timer: NodeJS.Timeout;
  #drawn = 0;

  constructor(stream: NodeJS.WriteStream, lines: (now: number, columns: number) => readonly string[]) {
    this.#stream = stream;
    this.#lines = lines;
    this.#timer = setInterval(() => this.#draw(), 120);
  }

  /** Draws a last time and lets go. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#draw();
  }

  #draw(): void {
    const { columns, rows } = this.#stream;
    // What has scrolled away can't be drawn over: show the end, where things happen.
    const lines = this.#lines(performance.now(), columns).slice(-Math.max(1, rows - 2));
    const up = this.#drawn === 0 ? "" : `\u001B[${this.#drawn}A`;
    this.#stream.write(`${up}${lines.map((line) => `\u001B[2K${line}\n`).join("")}\u001B[J`);
    this.#drawn = lines.length;
  }
}
