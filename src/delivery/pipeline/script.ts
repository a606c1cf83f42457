// A job's lines as one script, which says each line before it runs, as CI systems do.

import { shellWord } from "./shell.ts";

/** The variable that carries the script: a command line can be read by everybody on the machine. */
export const scriptVariable = "_FAIRLEAD_SCRIPT";

/**
 * The arguments of `sh` that run the script in scriptVariable: with bash where there is one, as GitLab and GitHub do, so that a
 * failure in the middle of a pipe counts.
 */
export const shellArguments: readonly string[] = [
  "-c",
  `if command -v bash >/dev/null 2>&1; then exec bash -eo pipefail -c 'eval "$${scriptVariable}"'; fi; exec sh -e -c 'eval "$${scriptVariable}"'`,
];

export function scriptOf(lines: readonly string[]): string {
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => `printf '%s\\n' ${shellWord(`$ ${line.trimEnd()}`)}\n${line.trimEnd()}\n`)
    .join("");
}
