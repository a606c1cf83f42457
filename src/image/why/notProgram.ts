import type { Content } from "../layer/layer.ts";
import { kernel } from "./container.ts";
import type { Obstacle } from "./verdict.ts";

const format = "exec format error";

/** What a file is that can't be executed, and how it usually comes about. `nested`: scripts for scripts without end. */
export function notProgram(
  asked: string,
  path: string,
  content: Content | { readonly kind: "nested" | "object" | "no-interpreter" } | undefined,
): Obstacle {
  const { error = format, what, fixes } = describe(content);
  return {
    cause: "not-a-program",
    error: `exec ${asked}: ${error}`,
    saidBy: kernel,
    exitStatus: 1,
    reason: `${path} can't be executed: ${what}`,
    fixes,
  };
}

interface Description {
  readonly error?: string;
  readonly what: string;
  readonly fixes: readonly string[];
}

function describe(content: Parameters<typeof notProgram>[2]): Description {
  switch (content?.kind) {
    case "broken-elf":
      return {
        what: "it begins like an ELF file and is damaged or cut off",
        fixes: ["was it copied whole? Build and copy it again"],
      };
    case "archive":
      return {
        what: "it is an archive of object code (!<arch>): what `go build -o` makes of a package that is not package main",
        fixes: ["build the folder that has package main: go build -o app ./cmd/app"],
      };
    case "object":
      return {
        what: "it is an object file that was never linked",
        fixes: ["build package main, and link it: go build -o app ./cmd/app"],
      };
    case "empty":
      return {
        what: "it is empty",
        fixes: ["the step that makes it failed without saying so, or COPY took another file"],
      };
    case "nested":
      return {
        error: "too many levels of symbolic links",
        what: "its interpreter is a script, whose interpreter is a script, and so on",
        fixes: ["name a program after #!"],
      };
    case "no-interpreter":
      return { what: "its #! line names no interpreter", fixes: ["begin the script with #!/bin/sh"] };
    default:
      return {
        what: "it is neither an ELF program nor a script that begins with #!",
        fixes: ["a script needs #!/bin/sh as its very first line, without a byte order mark before it"],
      };
  }
}
