// What `fairlead run` says once its command has failed.

import { basename } from "node:path";
import { redactSecrets } from "../config/redact.ts";
import type { OutputTail } from "./outputTail.ts";
import { briefExplanation } from "./print/briefExplanation.ts";

/** Where the output went past us, so that the order of its lines stayed the command's own, only the way to ask is told. */
export async function offerExplanation(command: readonly string[], output: OutputTail | undefined): Promise<void> {
  const say = (lines: readonly string[]): void => void process.stderr.write(`fairlead run: ${lines.join("\n")}\n`);
  if (output === undefined) {
    const [name = ""] = command;
    if (explained.has(basename(name))) say([`what it means: ${asTyped(command)} 2>&1 | fairlead explain -`]);
    return;
  }
  const { explainOutput } = await import("./explainFailure.ts");
  const why = await explainOutput(output.text, process.cwd());
  if (why !== undefined) say(briefExplanation(why));
}

/** As a shell would be given it, without what must not be seen. */
function asTyped(command: readonly string[]): string {
  const words = command.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`,
  );
  return redactSecrets(words.join(" ")).replaceAll(/\p{Cc}/gu, " ");
}

/** Tools whose errors are known. */
const explained: ReadonlySet<string> = new Set(["docker", "git", "go", "make", "npm", "npx", "podman"]);
