// What stands behind the steps of a plain log, and on standard error beside rawjson: the failing step again with its last
// lines, the place in the Dockerfile, the final error, the warnings of BuildKit's checks.
//
//   ------
//    > [builder 5/6] RUN go build ./...:
//   0.512 ./main.go:5:2: undefined: x          ("#10 0.512 …" in 0.9 to 0.11)
//   ------
//
//    1 warning found (use docker --debug to expand):
//    - JSONArgsRecommended: JSON arguments recommended for CMD … (line 9)
//   Dockerfile:12
//   --------------------
//     12 | >>> RUN go build ./...
//   --------------------
//   ERROR: failed to build: failed to solve: process "/bin/sh -c go build ./..." did not complete …: exit code: 1

import { checkWarning } from "./checkWarning.ts";
import type { Trace } from "./trace.ts";

export interface ErrorPlace {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export class EndOfLog {
  readonly #trace: Trace;
  #inside: "recap" | "excerpt" | "warnings" | undefined;
  #dashes = false;
  /** The Dockerfile whose excerpt comes next. */
  #place: string | undefined;
  #lines = 0;
  /** Name of the step that the recap shows. */
  failedName: string | undefined;
  readonly recap: string[] = [];
  source: ErrorPlace | undefined;
  /** The last line of all: why the build failed. */
  message: string | undefined;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Takes the line if it belongs here. */
  line(line: string): boolean {
    const hadDashes = this.#dashes;
    this.#dashes = line === "------";
    if (this.#inside !== undefined && this.#within(line)) return true;
    if (this.#dashes) return true;
    const recapped = hadDashes ? /^ > (.{1,2000}):$/s.exec(line)?.[1] : undefined;
    if (recapped !== undefined) {
      this.failedName = recapped;
      this.recap.length = 0;
      this.#enter("recap");
      return true;
    }
    if (/^ ?\d{1,6} warnings? found(?: \(.*\))?:$/.test(line)) {
      this.#enter("warnings");
      return true;
    }
    if (/^-{20,}$/.test(line) && this.#place !== undefined) {
      this.#enter("excerpt");
      return true;
    }
    this.#place = /^(\S[^:]{0,300}):\d{1,7}$/.exec(line)?.[1];
    const message = finalError.exec(line)?.[1];
    if (message !== undefined) {
      this.message = message.slice(0, 4000);
      return true;
    }
    // What else goes wrong (no daemon, a push refused): unless a better one comes.
    const other = /^ERROR: (.*)$/s.exec(line)?.[1];
    if (other !== undefined) this.message ??= other.slice(0, 4000);
    return other !== undefined;
  }

  #enter(part: "recap" | "excerpt" | "warnings"): void {
    this.#inside = part;
    this.#lines = 0;
  }

  /** False: the part has ended, and the line is another's. */
  #within(line: string): boolean {
    // Each is short; a longer one is something else that looked like it.
    if (this.#lines++ > 100) this.#inside = undefined;
    switch (this.#inside) {
      case "recap":
        if (line === "------") {
          this.#inside = undefined;
          this.#dashes = false;
        } else
          this.recap.push(
            line
              .replace(/^#\d{1,7} /, "")
              .replace(/^\d{1,9}\.\d{1,3} /, "")
              .slice(0, 500),
          );
        return true;
      case "excerpt": {
        if (/^-{20,}$/.test(line)) {
          this.#inside = undefined;
          return true;
        }
        // The first marked line is where the instruction starts.
        const [, number, text = ""] = /^ *(\d{1,7}) \| >>> ?(.*)$/s.exec(line) ?? [];
        if (number !== undefined && this.#place !== undefined) {
          this.source = { file: this.#place, line: Number(number), text: text.slice(0, 500) };
          this.#place = undefined;
        }
        return /^ *\d{1,7} \|/.test(line);
      }
      case "warnings": {
        const text = /^ ?- (.*)$/s.exec(line)?.[1];
        if (text === undefined) {
          this.#inside = undefined;
          return false;
        }
        this.#trace.warn(checkWarning(text));
        return true;
      }
      case undefined:
        return false;
    }
  }
}

/** buildx and the classic client say ERROR:, buildctl error:, Docker 20.10 says it bare; compose names the target before it. */
const finalError =
  /^(?:target [\w.-]{1,200}: )?(?:(?:ERROR|error|Error): (?:target [\w.-]{1,200}: )?)?((?:failed to (?:build|solve|read dockerfile|compute|create|fetch|load|prepare|receive)|dockerfile parse error|context canceled|executor failed running|rpc error|unable to prepare context)\b.*)$/s;
