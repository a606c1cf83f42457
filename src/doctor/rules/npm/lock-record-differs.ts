import { resolveFrom } from "../../../repo/npm/packageLock.ts";
import { fixOf } from "../../ciSteps.ts";
import { fits, heldByNpm } from "../../npmLocks.ts";
import { dependencyIn, entryIn, evidenceAt, newText } from "../../npmPlaces.ts";
import { defineRule, type Rule } from "../../rule.ts";

const wants = (spec: string): string => `{\n  "name": "web",\n  "dependencies": { "left": "${spec}" }\n}\n`;
const lock = (spec: string): string =>
  `{\n  "lockfileVersion": 3,\n  "packages": {\n    "": { "dependencies": { "left": "${spec}" } },\n    "node_modules/left": { "version": "1.2.0" }\n  }\n}\n`;

export const rule: Rule = defineRule({
  id: "npm/lock-record-differs",
  title: "the lock file was made from another range than package.json has now",
  severity: "advice",
  why: "npm ci still works, as the version fits both. The next npm install of anybody changes the lock file, in a commit that is about something else.",
  source: "https://docs.npmjs.com/cli/configuring-npm/package-lock-json",
  examples: {
    bad: { "package.json": wants("~1.2.0"), "package-lock.json": lock("^1.0.0") },
    good: { "package.json": wants("~1.2.0"), "package-lock.json": lock("~1.2.0") },
    fixed: { "package-lock.json": lock("~1.2.0") },
    silent: {
      "the version does not fit, which is another finding": {
        "package.json": wants("^2.0.0"),
        "package-lock.json": lock("^1.0.0"),
      },
      "a lock file that records no ranges": {
        "package.json": wants("~1.2.0"),
        "package-lock.json": `{ "lockfileVersion": 1, "dependencies": { "left": { "version": "1.2.0" } } }\n`,
      },
      "no record of it at all": {
        "package.json": wants("~1.2.0"),
        "package-lock.json": `{ "lockfileVersion": 3, "packages": { "": {}, "node_modules/left": { "version": "1.2.0" } } }\n`,
      },
    },
  },
  *check(facts) {
    for (const project of heldByNpm(facts)) {
      const { manifest, held } = project;
      const recorded = held.lock.packages.get(held.location)?.dependencies ?? [];
      for (const each of manifest.dependencies) {
        const record = recorded.find(({ name, group }) => name === each.name && group === each.group);
        const found = resolveFrom(held.lock, held.location, each.name);
        if (record === undefined || record.spec === each.spec || found === undefined || !fits(each, found)) continue;
        const path = ["packages", held.location, each.group, each.name];
        yield {
          ...dependencyIn(project, each),
          message: `${each.name} ${JSON.stringify(each.spec)} was ${JSON.stringify(record.spec)} when ${held.lock.file} was made: npm install will change it`,
          evidence: [evidenceAt(held.lock, entryIn(held.lock, path))],
          ...fixOf(true, "record the range of package.json", newText(held.lock, path, each.spec)),
        };
      }
    }
  },
});
