// A rule's page, made from the rule itself.

import type { ExampleFiles, Rule } from "./rule.ts";

export function rulePage({ id, title, severity, why, source, examples }: Rule): string {
  const { bad, good, fixed, silent = {} } = examples;
  const hasFix = fixed !== undefined;
  return [
    `# ${id}`,
    "",
    `**${severity}**: ${title}.${hasFix ? " It has a fix: `fairlead doctor --diff` shows it, `--fix` makes it where that is safe." : ""}`,
    "",
    why,
    "",
    `Source: ${source}`,
    "",
    "## It speaks",
    "",
    ...filesText(bad),
    `## ${hasFix ? "Mended" : "It is silent"}`,
    "",
    ...filesText(hasFix ? fixed : good),
    ...(Object.keys(silent).length === 0
      ? []
      : ["It is silent, too, where", "", ...Object.keys(silent).map((reason) => `- ${reason}`), ""]),
    "## To leave it be",
    "",
    ...leaveBe(id, bad),
    "",
  ].join("\n");
}

/** What has no comments is left be by the settings. */
function leaveBe(id: string, bad: ExampleFiles): readonly string[] {
  const told = Object.entries(bad).filter(([, text]) => text !== "");
  if (!told.every(([name]) => name.endsWith(".json")))
    return ["A comment before the line, with the reason:", "", "```", `# fairlead ignore=${id} the reason`, "```"];
  const [name = ""] = told[0] ?? [];
  const entry = ["doctor:", "  ignore:", `    - rule: ${id}`, `      files: [${name}]`, "      reason: the reason"];
  return ["In fairlead.yaml, as JSON has no comments:", "", "```yaml", ...entry, "```"];
}

/** All rules in a table: for docs/doctor.md. */
export function ruleTable(rules: readonly Rule[]): string {
  const rows = rules.map(
    ({ id, title, severity, examples }) =>
      `| [${id}](rules/${id}.md) | ${severity} | ${title} | ${examples.fixed === undefined ? "" : "yes"} |`,
  );
  return ["| rule | severity | it finds that | fix |", "|---|---|---|---|", ...rows].join("\n");
}

/** The files that tell the story: those without content, and Go's usual ones, say nothing. */
function filesText(files: ExampleFiles): string[] {
  const told = Object.entries(files).filter(([, text]) => text !== "");
  const main = told.filter(([name]) => /Dockerfile|\.dockerignore$|go\.work$/.test(name));
  return (
    main.length > 0
      ? [...main, ...told.filter(([name, text]) => name === "go.mod" && /replace|go 1\.25/.test(text))]
      : told
  ).flatMap(([name, text]) => [`${placeName(name)}:`, "", "```", shownText(text), "```", ""]);
}

function shownText(text: string): string {
  const module = /^\$GO_PROGRAM\((.*)\)$/.exec(text)?.[1];
  const plain = module === undefined ? text.trimEnd() : `(a Go program of ${module})`;
  return plain.length > 400 && !plain.includes("\n") ? `${plain.slice(0, 60)}… (${plain.length} characters)` : plain;
}

/** Where an example's file lies: in the project, or on the machine that builds. */
function placeName(name: string): string {
  const [, inHome, mode] = /^\$HOME\/(\S+)(?: (\d+))?$/.exec(name) ?? [];
  if (inHome !== undefined) return `\`~/${inHome}\`${mode === undefined ? "" : ` (mode ${mode})`}`;
  const [, layer = "", inLayer] = /^\$IMAGE\/(\d+)\/(.+)$/.exec(name) ?? [];
  if (inLayer !== undefined) return `\`/${inLayer}\` in layer ${layer} of the image`;
  if (name.startsWith("$GOMODCACHE/")) return `\`${name.slice("$GOMODCACHE/".length)}\` of the module cache`;
  const told: Readonly<Record<string, string>> = {
    $ENV: "The environment",
    $IMAGE: "The image's configuration",
    $FREE: "Bytes that are free on the disk",
    $PROBE: "What the source answers, with `--probe`",
  };
  return told[name] ?? `\`${name}\``;
}
