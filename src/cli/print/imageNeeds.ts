import { styleText } from "node:util";
import type { BaseAdvice } from "../../image/needs/baseAdvice.ts";
import type { Need } from "../../image/needs/need.ts";
import { bytesText } from "./bytes.ts";
import { hang } from "./wrap.ts";

const marks = { met: ["has", "green"], missing: ["lacks", "red"], depends: ["may lack", "yellow"] } as const;

/** What the programs need once they run: what is missing, with what they will say and what to do; with `met`, the rest too. */
export function needLines(needs: readonly Need[], columns: number, { met }: { readonly met: boolean }): string[] {
  return needs
    .filter(({ state }) => met || state !== "met")
    .flatMap(({ kind, state, reason, error, fixes }) => {
      const [word, color] = marks[state];
      const says = error === undefined ? "" : `; it will say "${error}"`;
      return [
        coloured(hang(`  ${word.padEnd(10)}`, `${kind}: ${reason}${says}`, columns), word, color),
        ...fixes.map((fix) => hang("            - ", fix, columns)),
      ];
    });
}

/** The bases that would do, the smallest first, with what each would save; and in short why the others won't. */
export function baseLines(advice: BaseAdvice, columns: number): string[] {
  const { because, own, now, bases } = advice;
  const lines = [
    hang("  bases     ", `${because}; ${bytesText(own)} are its own, ${bytesText(now)} are there`, columns),
  ];
  for (const { name, size, bring, why } of bases) {
    const saved = now - own - size;
    const change = saved === 0 ? "as now" : saved > 0 ? `saves ${bytesText(saved)}` : `${bytesText(-saved)} more`;
    const text =
      why === undefined
        ? `about ${bytesText(size + own)} (${change})${bring.length === 0 ? "" : `; bring ${bring.join("; ")}`}`
        : `no: ${why}`;
    lines.push(hang(`            ${name.padEnd(18)}`, text, columns));
  }
  if (bases.every(({ why }) => why !== undefined)) lines.push("            none of them has all that is wanted");
  lines.push(hang("            ", `(sizes of bases: ${sizesText(bases)})`, columns));
  return lines;
}

/** Where the sizes come from: "Debian 12's packages for distroless static, debian-slim". */
function sizesText(bases: BaseAdvice["bases"]): string {
  const names = new Map<string, string[]>();
  for (const { name, sizeFrom } of bases)
    if (name !== "scratch") names.set(sizeFrom, [...(names.get(sizeFrom) ?? []), name]);
  return [...names].map(([from, of]) => `${from} for ${of.join(", ")}`).join("; ");
}

/** Colour goes in last: wrapping counts columns. */
function coloured(text: string, word: string, color: "green" | "red" | "yellow"): string {
  return text.replace(word, styleText(color, word));
}
