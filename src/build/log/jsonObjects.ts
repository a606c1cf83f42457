// Finds the JSON objects in a stream, whether each stands on a line of its own or is indented over many (BuildKit 0.13),
// or has other text around it. Nothing is parsed here; an object has a bound.

export class JsonObjects {
  readonly #limit: number;
  readonly #onObject: (text: string) => void;
  #text = "";
  #depth = 0;
  #inString = false;
  #escaped = false;
  #skipped = 0;

  constructor(limit: number, onObject: (text: string) => void) {
    this.#limit = limit;
    this.#onObject = onObject;
  }

  /** Whether an object has begun and not ended. */
  get isInside(): boolean {
    return this.#depth > 0;
  }

  /** Objects that were too large. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Gives up the object that has begun: it was cut, or was none. */
  reset(): void {
    if (this.isInside) this.#skipped++;
    this.#text = "";
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  push(line: string): void {
    let start = this.isInside ? 0 : line.indexOf("{");
    if (start < 0) return;
    for (let at = start; at < line.length; at++) {
      const code = line.charCodeAt(at);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === backslash) this.#escaped = true;
        else if (code === quote) this.#inString = false;
      } else if (code === quote) this.#inString = this.#depth > 0;
      else if (code === open) {
        if (this.#depth++ === 0) start = at;
      } else if (code === close && this.#depth > 0 && --this.#depth === 0) {
        this.#take(line.slice(start, at + 1));
        this.#finish();
        start = at + 1;
      }
    }
    if (this.isInside) this.#take(`${line.slice(start)}\n`);
  }

  #take(text: string): void {
    // Over the limit the text is dropped, and the brackets are still counted.
    if (this.#text.length <= this.#limit) this.#text += text;
  }

  #finish(): void {
    if (this.#text.length > this.#limit) this.#skipped++;
    else this.#onObject(this.#text);
    this.#text = "";
  }
}

const quote = 0x22;
const backslash = 0x5c;
const open = 0x7b;
const close = 0x7d;
