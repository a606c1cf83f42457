// A few lines at the bottom of a terminal that are drawn anew while other output scrolls by above them.

import { stripVTControlCharacters, styleText } from "node:util";

/** What is needed of a terminal: process.stderr is one. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): boolean;
}

export class LiveArea {
  readonly #terminal: Terminal;
  #drawn = 0;
  #lines: readonly string[] = [];
  /** Other output stands in the middle of a line: there is no room for the area until it ends. */
  #midLine = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Draws these lines in place of the last ones; those that don't fit the terminal are left out or cut. */
  show(lines: readonly string[]): void {
    this.#lines = lines;
    if (!this.#midLine) this.#terminal.write(this.#erased() + this.#drawing());
  }

  /** Writes other output above the area. */
  write(text: string): void {
    if (text === "") return;
    const erased = this.#erased();
    this.#midLine = !text.endsWith("\n");
    this.#terminal.write(erased + text + (this.#midLine ? "" : this.#drawing()));
  }

  /** Takes the area away. */
  clear(): void {
    this.#lines = [];
    this.#terminal.write(this.#erased());
  }

  #erased(): string {
    const up = this.#drawn;
    this.#drawn = 0;
    return up === 0 ? "" : `\u001b[${up}F\u001b[0J`;
  }

  #drawing(): string {
    // A terminal that nobody has told its size has 0 columns.
    const columns = this.#terminal.columns || 80;
    const rows = this.#terminal.rows || 24;
    // What has scrolled off the top can't be erased any more.
    const lines = this.#lines.slice(0, Math.max(1, rows - 2)).map((line) => `${cut(line, columns - 1)}\n`);
    this.#drawn = lines.length;
    return lines.join("");
  }
}

/** Styles end with the line: a cut line loses them rather than leave the terminal in them. */
function cut(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : `${plain.slice(0, Math.max(0, width - 1))}…`;
}

/** Text for the eye that should not stand out. */
export function dim(text: string): string {
  return styleText("dim", text, { stream: process.stderr });
}
