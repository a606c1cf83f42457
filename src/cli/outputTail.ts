import type { ChildOutput } from "./childCommand.ts";

const kept = 256 << 10;

/** Passes a command's output on, and keeps the end of it. */
export class OutputTail implements ChildOutput {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  #text = "";

  constructor({ stdout, stderr }: ChildOutput) {
    const keep = (pass: (text: string) => void) => (text: string) => {
      pass(text);
      this.#text = (this.#text + text).slice(-2 * kept);
    };
    this.stdout = keep(stdout);
    this.stderr = keep(stderr);
  }

  get text(): string {
    return this.#text.slice(-kept);
  }
}
