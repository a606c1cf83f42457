// What Dockerfiles do with Go, for rules of several kinds.

import { posix } from "node:path";
import type { Instruction, Stage } from "../repo/dockerfile/dockerfile.ts";
import { type ShellCommand, type ShellWord, wordAfter } from "../repo/dockerfile/shell.ts";
import { isOpen } from "../repo/dockerfile/variables.ts";
import type { DockerfileFacts } from "./facts.ts";

export interface GoStep {
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly command: ShellCommand;
  /** `build`, `mod download`. */
  readonly verb: string;
}

/** The go commands that a stage itself runs. */
export function goSteps(stage: Stage): readonly GoStep[] {
  return stage.instructions
    .filter(({ keyword }) => keyword === "RUN")
    .flatMap((instruction) =>
      instruction.commands.flatMap((command) => {
        if (command.name !== "go" && !command.name.endsWith("/bin/go")) return [];
        const [first = "", second = ""] = command.args.map(({ text }) => text);
        return [{ stage, instruction, command, verb: first === "mod" ? `mod ${second}` : first }];
      }),
    );
}

export const compiles: ReadonlySet<string> = new Set(["build", "install", "run", "test", "vet"]);

/** What is there when an instruction runs: copied from the context into its stage or one that this goes on from. */
export function filesBefore({ context }: DockerfileFacts, stage: Stage, until: Instruction): ReadonlySet<string> {
  const files = new Set<string>();
  for (let each: Stage | undefined = stage; each !== undefined; each = each.parent) {
    for (const { copy, start } of each.instructions) {
      if (copy === undefined || copy.from !== undefined || (each === stage && start >= until.start)) continue;
      for (const source of copy.sources) for (const file of context.matches(source)) files.add(file);
    }
  }
  for (const source of bindMounts(until)) for (const file of context.matches(source)) files.add(file);
  return files;
}

/** The folders of the context that a RUN sees without copying them. */
function bindMounts({ flags }: Instruction): readonly string[] {
  return mounts(flags).flatMap((mount) => {
    const isBind = !mount.has("type") || mount.get("type") === "bind";
    return isBind && !mount.has("from") ? [mount.get("source") ?? mount.get("src") ?? "."] : [];
  });
}

/** The options of each `--mount`. */
export function mounts(flags: Instruction["flags"]): readonly ReadonlyMap<string, string>[] {
  return flags
    .filter(({ name }) => name === "mount")
    .map(
      ({ value }) =>
        new Map(
          value.split(",").map((option) => {
            const equals = option.indexOf("=");
            return equals < 0 ? [option, ""] : [option.slice(0, equals), option.slice(equals + 1)];
          }),
        ),
    );
}

/** Whether a COPY of the context takes more than go.mod and its kin. */
export function takesSource({ copy }: Instruction): boolean {
  return (
    copy !== undefined && copy.from === undefined && copy.sources.some((source) => /^(\.?\/?|\.\/\*|\*)$/.test(source))
  );
}

/** The value that a go command sees, for what the Dockerfile decides; undefined for what it leaves open. */
export function variableOf({ instruction, command }: GoStep, name: string): string | undefined {
  const own = command.assignments.find((each) => each.name === name)?.value;
  const exported = instruction.commands.find(
    (each) => each.name === "export" && each.start < command.start && each.assignments.some((one) => one.name === name),
  );
  const value =
    own ?? exported?.assignments.find((each) => each.name === name)?.value ?? instruction.variables.get(name);
  return value === undefined || isOpen(value) ? undefined : value;
}

/** The value of a flag of the go command: `-o app`, `-o=app`, `--o app`. */
export function flagOf(args: readonly ShellWord[], flag: string): string | undefined {
  return wordAfter(
    args.map(({ text }) => text),
    flag,
    `-${flag}`,
  );
}

/** The absolute path that a build writes; undefined where it isn't said. */
export function outputOf({ command, instruction }: GoStep): string | undefined {
  const out = flagOf(command.args, "-o");
  // Since Go 1.20: all that follows is read in that folder.
  const folder = absolutePath(flagOf(command.args, "-C") ?? "", instruction.workdir);
  return out === undefined ? undefined : absolutePath(out, folder);
}

/** A path in an image, from its working folder, without `.` and `..`. */
export function absolutePath(path: string, folder: string): string {
  return posix.resolve(folder, path);
}
