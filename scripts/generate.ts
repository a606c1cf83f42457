// Writes the files that are made from the sources: `node scripts/generate.ts`. With --check it writes nothing and fails
// when one of them is stale, naming it; `make check` calls that.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { jsonSchema } from "../src/config/jsonSchema.ts";
import { settingsReference } from "../src/config/reference.ts";
import { settingsSchema } from "../src/config/settings.ts";
import { rulePage, ruleTable } from "../src/doctor/rulePage.ts";
import type { Rule } from "../src/doctor/rule.ts";
import { symptomList } from "../src/doctor/explain/symptomPage.ts";
import { symptoms } from "../src/doctor/explain/symptoms.ts";
import { readReviews } from "../test/doctor/corpus/reviews.ts";
import { doctorQuality } from "./doctorQuality.ts";
import { gomodReference } from "./gomodReference.ts";

/** A file, and its whole text as it should be; `current` is what it holds now, empty if it isn't there. */
interface Generated {
  readonly file: string;
  readonly text: (current: string) => string;
}

/** Rules by the files they are in: `family/name.ts` is the rule `family/name`. */
const ruleFolder = new URL("../src/doctor/rules/", import.meta.url);
const ruleIds = readdirSync(ruleFolder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length))
  .toSorted();
/** Read from their files, not from the list of them: that may be stale. */
const rules = await Promise.all(
  ruleIds.map(async (id) => {
    const { rule }: { readonly rule: Rule } = await import(new URL(`${id}.ts`, ruleFolder).href);
    return rule;
  }),
);
const registry = [
  "// Every rule, by its file. Written by `make generate`.",
  "",
  `import type { Rule } from "./rule.ts";`,
  ...ruleIds.map((id) => `import { rule as ${identifier(id)} } from "./rules/${id}.ts";`),
  "",
  `export const rules: readonly Rule[] = [`,
  ...ruleIds.map((id) => `  ${identifier(id)},`),
  "];",
  "",
].join("\n");

const generated: readonly Generated[] = [
  { file: "docs/fairlead.schema.json", text: () => `${JSON.stringify(jsonSchema(settingsSchema), null, 2)}\n` },
  {
    file: "docs/configuration.md",
    text: (current) => replaceBetweenMarks(current, "settings", settingsReference(settingsSchema)),
  },
  { file: "src/doctor/rules.ts", text: () => registry },
  ...rules.map((rule) => ({ file: `docs/rules/${rule.id}.md`, text: () => rulePage(rule) })),
  { file: "docs/doctor.md", text: (current) => replaceBetweenMarks(current, "rules", ruleTable(rules)) },
  {
    file: "docs/quality.md",
    text: (current) => replaceBetweenMarks(current, "doctor", doctorQuality(readReviews())),
  },
  { file: "docs/explain.md", text: (current) => replaceBetweenMarks(current, "symptoms", symptomList(symptoms)) },
  ...[...gomodReference()].map(([name, text]) => ({ file: `docs/gomod/${name}`, text: () => text })),
];

const check = process.argv.includes("--check");
const root = new URL("../", import.meta.url);
for (const { file, text } of generated) {
  const url = new URL(file, root);
  const current = existsSync(url) ? readFileSync(url, "utf8") : "";
  const wanted = text(current);
  if (wanted === current) continue;
  if (check) {
    console.error(`${file} is stale: run make generate`);
    process.exitCode = 1;
  } else {
    mkdirSync(new URL(".", url), { recursive: true });
    writeFileSync(url, wanted);
    console.log(`wrote ${file}`);
  }
}

const pages = new URL("docs/rules/", root);
for (const page of readdirSync(pages, { recursive: true, encoding: "utf8" })) {
  if (!page.endsWith(".md") || ruleIds.includes(page.slice(0, -".md".length))) continue;
  if (check) {
    console.error(`docs/rules/${page} is of no rule: run make generate`);
    process.exitCode = 1;
  } else {
    rmSync(new URL(page, pages));
    console.log(`removed docs/rules/${page}`);
  }
}

/** `docker/root-user` → `dockerRootUser`. */
function identifier(id: string): string {
  return id.replaceAll(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Text around the marks is written by hand and stays. */
function replaceBetweenMarks(current: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} -->\n`;
  const end = `<!-- end: ${name} -->`;
  const start = current.indexOf(begin);
  const stop = current.indexOf(end);
  if (start < 0 || stop < start) throw new Error(`the marks ${begin.trim()} and ${end} are missing`);
  return `${current.slice(0, start + begin.length)}\n${text}\n${current.slice(stop)}`;
}
