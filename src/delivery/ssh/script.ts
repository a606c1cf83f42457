// What runs on a host is a fixed text; what varies is data. The text goes to a plain /bin/sh through standard input, so
// that the host's login shell (bash, fish, csh, …) sees one constant word and no value stands on a command line, where
// every user of the host could read it (ps).
import { randomBytes } from "node:crypto";
import { SshError } from "./sshError.ts";

/** What to run: POSIX shell text, and the values it reads as `$name` and `"$@"`. */
export interface Script {
  readonly body: string;
  readonly values?: Readonly<Record<string, string>>;
  /** The positional parameters of `body`. */
  readonly args?: readonly string[];
}

/** The script as it is sent, and the line after which its output begins. */
export interface AssembledScript {
  readonly text: string;
  readonly marker: string;
}

/** The one command that the host's login shell is given. */
export const remoteCommand = "exec /bin/sh";

/**
 * One word of POSIX shell that stands for exactly these characters: between single quotes nothing is special but the
 * quote itself (POSIX.1-2017, Shell Command Language, 2.2.2).
 *
 * @throws SshError `value` for a NUL, which no shell can hold
 */
export function shellQuote(value: string): string {
  if (value.includes("\0")) throw new SshError("value", "", "a value holds a NUL byte, which no shell can pass on");
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * The body becomes a function that is called in the last line: a connection that breaks while the text is being sent
 * leaves a shell that has run nothing. The shell stops at the first failure (`set -eu`), new files are private, and
 * nothing in the body can eat the rest of the text (standard input is empty).
 */
export function assembleScript({ body, values = {}, args = [] }: Script): AssembledScript {
  const marker = `fairlead-${randomBytes(9).toString("hex")}`;
  const assignments = Object.entries(values).map(([name, value]) => {
    // A name such as PATH or IFS would change what the commands in the body mean.
    if (!/^[a-z][A-Za-z\d]*$/.test(name)) throw new SshError("value", "", `${name} can't be a script's variable`);
    return `${name}=${shellQuote(value)}`;
  });
  const text = [
    ...assignments,
    "fairlead_main() {",
    "set -eu",
    "LC_ALL=C; export LC_ALL; umask 077",
    // Start-up files of the login shell may print: whatever comes before this line is theirs.
    `echo ${marker}`,
    body,
    "}",
    // In a function too: cut between two arguments, the call would still be a call.
    `fairlead_run() { fairlead_main ${args.map(shellQuote).join(" ")} </dev/null`,
    "}",
    "fairlead_run",
    "",
  ].join("\n");
  return { text, marker };
}

/** What the script itself printed. */
export function outputAfter(marker: string, stdout: string): string {
  const start = stdout.indexOf(`${marker}\n`);
  return start < 0 ? "" : stdout.slice(start + marker.length + 1);
}
