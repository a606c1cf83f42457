/**
 * What is wrong with a go.mod or go.work file: all of it, each with its place, in the words of x/mod, which are those that
 * the go command prints.
 */
import { ModuleError } from "../error.ts";
import type { Position } from "./position.ts";

/** One thing that is wrong (x/mod's `modfile.Error`). */
export interface FileError {
  readonly filename: string;
  readonly pos: Position;
  /** The directive in question, where the text names one, or empty. */
  readonly verb: string;
  /** The module in question, where the text names one, or empty. */
  readonly modPath: string;
  /** What is wrong, without place, directive and module. */
  readonly fault: string;
}

/**
 * A file that can't be read: `errors` has everything that is wrong, and the message a line for each. A file that breaks
 * the syntax has one; directives that mean nothing are all listed, up to a hundred thousand. The `code` is `invalidModFile`.
 */
export class ErrorList extends ModuleError {
  readonly errors: readonly FileError[];

  constructor(errors: readonly FileError[]) {
    super("invalidModFile", errors.map(formatError).join("\n"));
    this.errors = errors;
  }
}

/** `go.mod:7: require example.com/m: version "v1" invalid: …`. The column is shown unless it is 1. */
export function formatError({ filename, pos, verb, modPath, fault }: FileError): string {
  let place = "";
  if (pos.column > 1) place = `${filename}:${pos.line}:${pos.column}: `;
  else if (pos.line > 0) place = `${filename}:${pos.line}: `;
  else if (filename !== "") place = `${filename}: `;
  const directive = modPath !== "" ? `${verb} ${modPath}: ` : verb !== "" ? `${verb}: ` : "";
  return place + directive + fault;
}
