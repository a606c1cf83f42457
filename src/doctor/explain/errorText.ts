/** An error text or a whole log, as it is looked through: lines without escape sequences and without what a CI system puts before them. */
export interface ErrorText {
  readonly lines: readonly ErrorLine[];
  /** Where it is a build's log: what the failing step was. */
  readonly build: FailedBuild | undefined;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/** Attacker-controlled: whoever can fail a build can write it. */
export interface ErrorLine {
  /** Of the input, from 1. */
  readonly number: number;
  readonly text: string;
  /** It was written by the step that failed. */
  readonly isOfFailure: boolean;
}

export interface FailedBuild {
  /** `RUN go build ./...` */
  readonly instruction: string | undefined;
  readonly stage: string | undefined;
  /** Where BuildKit's excerpt shows it. */
  readonly source: { readonly file: string; readonly line: number } | undefined;
}

/** What a line may hold of interest; the rest of a longer one is somebody's data. */
const lineLength = 4000;
const firstLines = 20_000;
const lastLines = 80_000;

/** Gathers lines as they come. Of a text without end, the beginning and the end are kept. */
export class ErrorLines {
  readonly #first: ErrorLine[] = [];
  #last: ErrorLine[] = [];
  #number = 0;
  #leftOut = 0;

  add(text: string, isOfFailure = false): void {
    this.#number++;
    if (text.trim() === "") return;
    const line = { number: this.#number, text: text.slice(0, lineLength), isOfFailure };
    if (this.#first.length < firstLines) this.#first.push(line);
    else this.#last.push(line);
    if (this.#last.length < 2 * lastLines) return;
    this.#leftOut += this.#last.length - lastLines;
    this.#last = this.#last.slice(-lastLines);
  }

  lines(): readonly ErrorLine[] {
    return [...this.#first, ...this.#last];
  }

  get notes(): readonly string[] {
    if (this.#leftOut === 0) return [];
    return [`${this.#leftOut} lines in the middle of the text were left out`];
  }
}
