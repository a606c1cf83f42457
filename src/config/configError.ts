/** Where something was set, or where a mistake stands. Lines and columns count from 1. */
export type Place =
  | { readonly kind: "file"; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "flag"; readonly name: string };

/** One mistake in the configuration. Its texts are free of secrets. */
export interface Problem {
  readonly code: ProblemCode;
  readonly place: Place;
  readonly message: string;
  /** The line of the file it stands on, with a mark below the place. */
  readonly frame?: string;
}

export type ProblemCode =
  | "syntax"
  | "alias"
  | "unknown-setting"
  | "invalid-value"
  | "missing-variable"
  | "unreadable-secret";

/** `unreadable`: the file itself can't be read; `invalid`: see problems, all of them, in the order of their lines. */
export type ConfigErrorCode = "unreadable" | "invalid";

/** The configuration can't be used. The message is complete: every mistake with its place, ready for a person. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code: ConfigErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: ConfigErrorCode, message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.problems = problems;
  }
}

/** `fairlead.yaml:4:5`, `FAIRLEAD_LISTEN`, `--listen`. */
export function formatPlace(place: Place): string {
  if (place.kind === "file") return `${place.file}:${place.line}:${place.column}`;
  if (place.kind === "environment") return place.name;
  return `--${place.name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The error that tells of all problems at once: those of the file by line, then environment and flags as they came. */
export function invalid(problems: readonly Problem[]): ConfigError {
  const sorted = [...problems].sort((a, b) => rank(a) - rank(b));
  const texts = sorted.map((problem) => {
    const text = `${formatPlace(problem.place)}: ${problem.message}`;
    return problem.frame === undefined ? text : `${text}\n${problem.frame}`;
  });
  const count = sorted.length === 1 ? "one mistake" : `${sorted.length} mistakes`;
  return new ConfigError("invalid", `the configuration has ${count}:\n\n${texts.join("\n")}`, sorted);
}

function rank({ place }: Problem): number {
  return place.kind === "file" ? place.line * 1e4 + Math.min(place.column, 9999) : Number.MAX_SAFE_INTEGER;
}
