import type { BaseAdvice } from "../needs/baseAdvice.ts";
import type { Need } from "../needs/need.ts";

/** Whether a container starts, as far as its image's files can tell. */
export interface Verdict {
  /** `starts`: nothing is in the way; `fails`: it ends with `error`; `depends`: a mount, a variable or a shell decides. */
  readonly verdict: "starts" | "fails" | "depends";
  readonly obstacle: Obstacle | undefined;
  /** The command that is started. */
  readonly argv: readonly string[];
  /** From the command to the culprit, a line each. */
  readonly chain: readonly string[];
  /** What was seen beside, and what files can't tell. */
  readonly notes: readonly string[];
  /** Who it runs as. */
  readonly uid: number;
  /** What its programs need once they run, met and missing. */
  readonly needs: readonly Need[];
  /** Which base images would do; undefined where no program is known. */
  readonly base: BaseAdvice | undefined;
}

/** What is in the way. */
export interface Obstacle {
  readonly cause: Cause;
  /** What the runtime, the kernel or the loader says, in its own words. */
  readonly error: string;
  /** Whose words they are: "runc 1.1", "glibc's loader". */
  readonly saidBy: string;
  /** The container's exit status; undefined where it is never started. */
  readonly exitStatus: number | undefined;
  /** One sentence: what is wrong. */
  readonly reason: string;
  /** What to do, the smallest change first. */
  readonly fixes: readonly string[];
  /** It is so only where no mount or variable changes it. */
  readonly isUncertain?: boolean;
}

/** The classes of cause. */
export type Cause =
  | "no-command"
  | "not-in-path"
  | "missing-file"
  | "is-directory"
  | "not-executable"
  | "missing-user"
  | "bad-working-directory"
  | "missing-interpreter"
  | "carriage-return"
  | "missing-loader"
  | "missing-library"
  | "library-version"
  | "wrong-architecture"
  | "not-a-program"
  | "link-loop";
