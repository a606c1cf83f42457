import { styleText } from "node:util";
import type { FileState, PlannedFile } from "../../build/init/filePlan.ts";

const states: Readonly<Record<FileState, string>> = {
  new: "new",
  same: "as it should be",
  kept: "there, and different: kept (--force replaces it)",
  replaced: "there, and different: will be replaced",
};

/** The diffs of what would be written, then a line for each file. Colours only on a terminal. */
export function formatFilePlan(plan: readonly PlannedFile[]): string {
  const diffs = plan.filter(({ state }) => state === "new" || state === "replaced").map(({ diff }) => colour(diff));
  const width = Math.max(...plan.map(({ path }) => path.length));
  const lines = plan.map(({ path, state, isTheirs }) => {
    const text = state === "kept" && isTheirs === true ? "there: kept" : states[state];
    return `  ${path.padEnd(width)}  ${text}`;
  });
  return [...diffs, `${lines.join("\n")}\n`].join("\n");
}

function colour(diff: string): string {
  const paint = (line: string): string => {
    if (line.startsWith("+")) return styleText("green", line);
    if (line.startsWith("-")) return styleText("red", line);
    return line.startsWith("@@") ? styleText("cyan", line) : line;
  };
  return diff.split("\n").map(paint).join("\n");
}
