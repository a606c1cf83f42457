import { styleText } from "node:util";
import type { ImageConfig } from "../../image/source/config.ts";
import type { Verdict } from "../../image/why/verdict.ts";
import { needLines } from "./imageNeeds.ts";
import { hang } from "./wrap.ts";

/** Whether a container starts and why not: the verdict first, then what it will say, why, and what to do. */
export function formatVerdict(
  { verdict, obstacle, argv, chain, notes, needs }: Verdict,
  { name, config }: { readonly name: string; readonly config: ImageConfig },
  columns: number,
): string {
  const platform = `${config.os}/${config.architecture}`;
  const command = argv.length === 0 ? "no command" : JSON.stringify(argv).replaceAll(",", ", ");
  const heads = {
    starts: styleText("green", "starts, as far as its files can tell"),
    fails: styleText("red", "does not start"),
    depends: styleText("yellow", "starts only if a mount or a variable brings what is missing"),
  };
  const lines = [`${name} (${platform}) ${heads[verdict]}`, hang("  command   ", command, columns)];
  if (obstacle !== undefined) {
    const status = obstacle.exitStatus === undefined ? "it is never started" : `exit status ${obstacle.exitStatus}`;
    lines.push(
      hang("  it says   ", styleText("bold", obstacle.error), columns),
      hang("            ", `(${obstacle.saidBy}; ${status})`, columns),
      hang("  because   ", obstacle.reason, columns),
    );
  }
  lines.push(...chain.map((line, index) => hang(index === 0 ? "  seen      " : "            ", line, columns)));
  lines.push(
    ...(obstacle?.fixes ?? []).map((fix, index) => hang(index === 0 ? "  do        " : "            ", fix, columns)),
  );
  lines.push(...notes.map((note, index) => hang(index === 0 ? "  note      " : "            ", note, columns)));
  lines.push(...needLines(needs, columns, { met: false }));
  return `${lines.join("\n")}\n`;
}
