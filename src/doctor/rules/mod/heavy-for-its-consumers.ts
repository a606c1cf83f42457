import { type UnneededRequirements, unneededRequirements } from "../../../repo/split/unneeded.ts";
import type { Evidence } from "../../finding.ts";
import { moduleLine, placeOf, type WrittenModule, writtenModules } from "../../goModules.ts";
import { lineText, positionOf } from "../../places.ts";
import { defineRule, type ExampleFiles, type Rule } from "../../rule.ts";

/** Few requirements cost little, and those who use half of a module are its users. */
const manyRequirements = 10;
const smallPart = 4;
const manyUnneeded = 5;

const heavy = Array.from({ length: 12 }, (_, at) => `example.org/needs${at}`);
const files: ExampleFiles = {
  "go.mod": `module example.com/platform\n\ngo 1.24\n\nrequire (\n${heavy.map((path) => `\t${path} v1.0.0\n`).join("")})\n`,
  "retry/retry.go": "package retry\n",
  "store/store.go": `package store\n\nimport (\n${heavy.map((path) => `\t_ "${path}"\n`).join("")})\n`,
  "api/go.mod":
    "module example.com/platform/api\n\ngo 1.24\n\nrequire example.com/platform v1.2.0\n\nreplace example.com/platform => ../\n",
};
const importing = (name: string): string =>
  `package main\n\nimport _ "example.com/platform/${name}"\n\nfunc main() {}\n`;

export const rule: Rule = defineRule({
  id: "mod/heavy-for-its-consumers",
  title: "modules of the repository get far more with a module than they import of it",
  severity: "advice",
  why: "Who requires a module gets all that it requires into the module graph: to be resolved, downloaded in part, listed in go.mod and go.sum, watched for vulnerabilities and upgraded together, though not one package of it is built.",
  source: "https://go.dev/ref/mod#minimal-version-selection",
  examples: {
    bad: { ...files, "api/main.go": importing("retry") },
    good: { ...files, "api/main.go": importing("store") },
    silent: {
      "what is imported needs the rest": {
        ...files,
        "retry/retry.go": 'package retry\n\nimport _ "example.com/platform/store"\n',
        "api/main.go": importing("retry"),
      },
      "a module with few requirements": {
        ...files,
        "go.mod": "module example.com/platform\n\ngo 1.24\n\nrequire example.org/needs0 v1.0.0\n",
        "store/store.go": 'package store\n\nimport _ "example.org/needs0"\n',
        "api/main.go": importing("retry"),
      },
      "programs of the same module": {
        "go.mod": files["go.mod"] ?? "",
        "retry/retry.go": "package retry\n",
        "store/store.go": files["store/store.go"] ?? "",
        "cmd/api/main.go": importing("retry"),
      },
    },
  },
  *check(facts) {
    if (facts.go === undefined) return;
    const written = writtenModules(facts);
    const found = unneededRequirements(facts.go).filter(
      ({ module, direct, needed }) =>
        module.requires.length >= manyRequirements &&
        needed.length * smallPart <= direct.length &&
        direct.length - needed.length >= manyUnneeded,
    );
    for (const [module, uses] of Map.groupBy(found, ({ module }) => module)) {
      const place = written.find((each) => each.module === module);
      const [first] = uses;
      if (place === undefined || first === undefined) continue;
      const names = [...new Set(uses.flatMap(({ dirs }) => dirs))];
      const needed = new Set(uses.flatMap(({ needed }) => needed)).size;
      yield {
        ...moduleLine(place),
        message: `${uses.length === 1 ? "another module here needs" : `${uses.length} other modules here need`} ${needed} of the ${first.direct.length} modules that this one imports from, and ${uses.length === 1 ? "gets" : "get"} all ${module.requires.length} that it requires: fairlead split --packages ${names.join(",")} shows what could be a module of its own`,
        evidence: uses.flatMap((use) => requirementOf(use, written)),
      };
    }
  },
});

function requirementOf(
  { consumer, module, dirs, built, packages, direct, needed }: UnneededRequirements,
  written: readonly WrittenModule[],
): readonly Evidence[] {
  const place = written.find((each) => each.module === consumer);
  const require = place?.parsed.require.find(({ mod }) => mod.path === module.path);
  if (place === undefined) return [];
  const { file, start } = require === undefined ? moduleLine(place) : placeOf(place, require.syntax);
  const { line } = positionOf(place.text, start);
  const text = `${lineText(place.text, line).trim()}: imports ${dirs.join(", ")}, which builds ${built} of ${packages} packages and needs ${needed.length} of ${direct.length} modules`;
  return [{ file, line, text }];
}
