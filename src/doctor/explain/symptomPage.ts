// What is known about a symptom, without a project: its page in docs/explain.md, and what `fairlead explain ID` prints.

import { readProject } from "./project.ts";
import { type Case, type Symptom, wordsOf } from "./symptom.ts";

/** A case in which nothing is known: every field stands for itself. */
const anywhere: Case = {
  field: (name) => name.toUpperCase(),
  line: "",
  after: [],
  place: undefined,
  build: undefined,
  project: readProject({ files: [], has: () => false, read: async () => undefined }),
};

export function symptomPage(symptom: Symptom): string {
  const { id, title, tools, known, causes } = symptom;
  const where = known === "provoked" ? [] : [`Text from: ${known.source}. It was not provoked here.`];
  const told = causes.map(({ happened, fix, commands, check }, index) => {
    const what = index === causes.length - 1 && causes.length > 1 ? "Otherwise: " : "";
    const lines = [...wordsOf(commands, anywhere).split("\n"), ...wordsOf(check, anywhere).split("\n")];
    const shown = [...new Set(lines)].filter((each) => each !== "").map((each) => `    ${each}`);
    return [`${what}${wordsOf(happened, anywhere)}\n\n${wordsOf(fix, anywhere)}`, shown.join("\n")].join("\n\n");
  });
  return `${[`${title} (${id})`, `Printed by: ${tools}.`, ...where, ...told].join("\n\n")}\n`;
}

/** The list of docs/explain.md: a table a family. */
export function symptomList(symptoms: readonly Symptom[]): string {
  const families = Map.groupBy(symptoms, ({ id }) => id.slice(0, id.indexOf("/")));
  return [...families]
    .map(([family, all]) => {
      const rows = all.map(({ id, title, tools, known, causes }) => {
        const mark = known === "provoked" ? "" : " †";
        const decided = causes.length > 1 ? `${causes.length}` : "";
        return `| \`${id}\`${mark} | ${cell(title)} | ${cell(tools)} | ${decided} |`;
      });
      return [
        `### ${family}`,
        "",
        "| Name | Symptom | Printed by | Causes told apart |",
        "|---|---|---|---|",
        ...rows,
      ].join("\n");
    })
    .join("\n\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
