// A line for the ignore file of a build, for rules about what is sent and need not be.

import type { Fix } from "./finding.ts";
import type { DockerfileFacts } from "./facts.ts";

/** Adds `pattern` at the ignore file's end, where it decides last. undefined where there is no such file to add to. */
export function ignoreLine(
  { context: { ignoreFile } }: DockerfileFacts,
  text: (file: string) => string | undefined,
  pattern: string,
  safe: boolean,
): Fix | undefined {
  if (ignoreFile === undefined) return undefined;
  const before = text(ignoreFile) ?? "";
  const newline = before.endsWith("\n") || before === "" ? "" : "\n";
  return {
    safe,
    title: `leave ${pattern} out`,
    edits: [{ file: ignoreFile, start: before.length, end: before.length, text: `${newline}${pattern}\n` }],
  };
}
