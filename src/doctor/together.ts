import type { Facts } from "./facts.ts";
import type { Problem } from "./finding.ts";
import { lineText, positionOf } from "./places.ts";

const mostShown = 10;

/** Problems of one cause as one: told at the place of the first, with the others' lines as evidence. */
export function together({ text }: Pick<Facts, "text">, problems: readonly Problem[]): readonly Problem[] {
  const [first, ...others] = problems;
  if (first === undefined || others.length === 0) return problems;
  const lines = others.slice(0, mostShown).map(({ file, start }) => {
    const source = text(file) ?? "";
    const { line } = positionOf(source, start);
    return { file, line, text: lineText(source, line).trim() };
  });
  return [
    {
      ...first,
      message: `${first.message}; ${others.length} more ${others.length === 1 ? "is" : "are"} like it`,
      evidence: [...(first.evidence ?? []), ...lines],
    },
  ];
}
