import { styleText } from "node:util";
import type { WayIn } from "../../image/debug/wayIn.ts";
import { hang } from "./wrap.ts";

/** Commands stand in lines of their own, never wrapped: they are copied. */
export function formatWays({ ways }: WayIn, columns: number): string {
  const parts = ways.map(({ what, commands, note }) =>
    [
      hang("", what, columns),
      ...commands.map((line) => `    ${styleText("bold", line)}`),
      ...(note === undefined ? [] : [hang("    ", `(${note})`, columns)]),
    ].join("\n"),
  );
  return `${parts.join("\n\n")}\n`;
}
