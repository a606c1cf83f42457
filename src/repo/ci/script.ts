// Scripts of CI files as shell commands, with places in the file.

import { type ShellCommand, shellCommands } from "../dockerfile/shell.ts";
import type { YamlScalar } from "./yamlTree.ts";

/** GitHub puts a text in place of `${{ … }}` before any shell sees it; here it is a word of the same length. */
const expression = /\$\{\{[^]*?\}\}/g;

export function scriptCommands(script: YamlScalar): readonly ShellCommand[] {
  const plain = script.text.replaceAll(expression, (all) => `$${"_".repeat(all.length - 1)}`);
  const moved = <T extends { readonly start: number; readonly end: number }>(part: T): T => ({
    ...part,
    start: script.at(part.start),
    end: part.end > part.start ? script.at(part.end - 1) + 1 : script.at(part.end),
  });
  return shellCommands(plain, 0).map((command) => ({
    ...moved(command),
    args: command.args.map((word) => ({ ...moved(word), text: restored(word, plain, script.text) })),
    redirects: command.redirects.map((each) => ({ ...each, target: moved(each.target) })),
  }));
}

/** A word as it was before expressions were put out of sight: quotes are only known to be around the whole of it. */
function restored(
  { text, start, end }: { readonly text: string; readonly start: number; readonly end: number },
  plain: string,
  source: string,
): string {
  const was = source.slice(start, end);
  return plain.slice(start, end) === was ? text : was.replace(/^(["'])([^]*)\1$/, "$2");
}
