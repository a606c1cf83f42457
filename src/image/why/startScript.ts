// `#!` lines, as Linux and then env read them (execve(2), "Interpreter scripts").

import { allows, lookup } from "../rootfs/lookup.ts";
import { type Container, isBusybox, kernel } from "./container.ts";
import { findProgram } from "./findProgram.ts";
import { distribution } from "./libc.ts";
import { notProgram } from "./notProgram.ts";
import type { Obstacle } from "./verdict.ts";

/** Linux hands over all that follows the interpreter as one argument. */
export interface ScriptLine {
  readonly interpreter: string;
  readonly argument: string;
}

/** The line without `#!`. */
export function splitLine(line: string): ScriptLine {
  const [, interpreter = "", argument = ""] = /^[ \t]*([^ \t]*)[ \t]*(.*)$/s.exec(line) ?? [];
  return { interpreter, argument: argument.replace(/[ \t]+$/, "") };
}

/** The program that `#!/usr/bin/env NAME` looks up; undefined for another interpreter. */
export function envName({ interpreter, argument }: ScriptLine): string | undefined {
  if (!interpreter.endsWith("/env")) return undefined;
  return argument.replace(/^-S[ \t]*/, "").split(/[ \t]/)[0];
}

/** What is wrong with the line itself; the interpreter as a program is looked at by whoever calls. */
export function scriptObstacle(
  container: Container,
  path: string,
  asked: string,
  line: ScriptLine,
): Obstacle | undefined {
  const { fs, who, workingDir, chain } = container;
  const { interpreter, argument } = line;
  if (interpreter === "") return notProgram(asked, path, { kind: "no-interpreter" });
  if (interpreter.endsWith("\r")) {
    const error = `exec ${asked}: no such file or directory`;
    return carriageReturn(path, interpreter, { error, saidBy: kernel, exitStatus: 1 });
  }
  const found = lookup(fs, interpreter, who, workingDir);
  if (!found.ok) return missingInterpreter(container, path, asked, interpreter);
  if (found.node.type !== "file" || !allows(found.node, 1, who)) {
    return {
      cause: "not-executable",
      error: `exec ${asked}: permission denied`,
      saidBy: kernel,
      exitStatus: 1,
      reason: `${path} may be executed; its interpreter ${interpreter} may not`,
      fixes: [`RUN chmod 755 ${found.path}, or name another interpreter`],
    };
  }
  chain.push(`its interpreter ${interpreter} is there`);
  const name = envName(line);
  if (name !== undefined) return envObstacle(container, path, line, name);
  if (!argument.endsWith("\r")) return undefined;
  const option = argument.replace(/^.*(?=\r)/s, "");
  const error = isBusybox(container, interpreter)
    ? `${interpreter}: illegal option -${option}`
    : `${interpreter}: 0: Illegal option -${option}`;
  return carriageReturn(path, argument, { error, saidBy: "the shell", exitStatus: 2 });
}

function envObstacle(
  container: Container,
  path: string,
  { interpreter, argument }: ScriptLine,
  name: string,
): Obstacle | undefined {
  const busybox = isBusybox(container, interpreter);
  const error = busybox
    ? `env: can't execute '${name}': No such file or directory`
    : `/usr/bin/env: '${name.replaceAll("\r", "\\r")}': No such file or directory`;
  const words = { error, saidBy: busybox ? "busybox' env" : "env", exitStatus: 127 };
  if (argument.endsWith("\r")) return carriageReturn(path, name, words);
  const program = findProgram(container, name);
  if (typeof program === "string") return undefined;
  return { ...program, ...words, cause: "missing-interpreter", reason: `${path} wants ${name}: ${program.reason}` };
}

/** Each round adds an argument, until the kernel takes no more of them: hours, in which nothing is said. */
export function envLoop(container: Container, path: string, interpreter: string, name: string): Obstacle {
  const busybox = isBusybox(container, interpreter);
  return {
    cause: "link-loop",
    error: busybox ? `env: can't execute '${name}': Argument list too long` : `env: '${name}': Argument list too long`,
    saidBy: busybox ? "busybox' env, in the end" : "env, in the end",
    exitStatus: 126,
    reason: `${path} names ${name} after #!, and PATH leads back to the script: it starts itself again and again, and says nothing for hours`,
    fixes: [`name the interpreter after #!, not the script: #!/bin/sh`],
  };
}

function missingInterpreter({ fs }: Container, path: string, asked: string, interpreter: string): Obstacle {
  const hasShell = lookup(fs, "/bin/sh").ok;
  const wantsBash = interpreter.endsWith("/bash") && distribution(fs)?.id === "alpine";
  return {
    cause: "missing-interpreter",
    error: `exec ${asked}: no such file or directory`,
    saidBy: kernel,
    exitStatus: 1,
    reason: `${path} is there; what is missing is ${interpreter}, which its first line names${hasShell ? "" : "; the image has no shell at all"}`,
    fixes: [
      ...(wantsBash ? ["write the script for sh: #!/bin/sh", "or RUN apk add --no-cache bash"] : []),
      ...(hasShell ? [] : ['start the program itself: ENTRYPOINT ["/app"], in the exec form and without a script']),
      `or install what brings ${interpreter}`,
    ],
  };
}

function carriageReturn(
  path: string,
  word: string,
  words: Pick<Obstacle, "error" | "saidBy" | "exitStatus">,
): Obstacle {
  return {
    ...words,
    cause: "carriage-return",
    reason: `${path} has Windows line ends: its first line ends in a carriage return, so ${JSON.stringify(word)} is looked for`,
    fixes: [
      `keep Unix line ends in git: a line "*.sh text eol=lf" in .gitattributes, then git add --renormalize .`,
      `or mend it in the image: RUN sed -i 's/\\r$//' ${path}`,
    ],
  };
}
