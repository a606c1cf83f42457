import { npmLocks, unmetWishes } from "../../npmLocks.ts";
import { lockedIn } from "../../npmPlaces.ts";
import { defineRule, type Rule } from "../../rule.ts";

const manifest = `{\n  "name": "web",\n  "devDependencies": { "native": "1.0.0" }\n}\n`;
const lock = (more: string, optional = `"native-linux": "1.0.0", "native-mac": "1.0.0"`): string =>
  `{\n  "lockfileVersion": 3,\n  "packages": {\n    "": { "devDependencies": { "native": "1.0.0" } },\n    "node_modules/native": {\n      "version": "1.0.0",\n      "optionalDependencies": { ${optional} }\n    },\n    "node_modules/native-mac": { "version": "1.0.0", "os": ["darwin"], "optional": true }${more}\n  }\n}\n`;
const linux = `,\n    "node_modules/native-linux": { "version": "1.0.0", "os": ["linux"], "optional": true }`;

export const rule: Rule = defineRule({
  id: "npm/lock-lacks-optional",
  title: "the lock file lacks the packages of other systems",
  severity: "error",
  why: "Where the lock file was made from a node_modules of one system, npm left out what is for the others. npm ci there ends with “Missing: …”; older versions install without it, and the program ends with “Cannot find module @rollup/rollup-linux-x64-gnu” or the like.",
  source: "https://github.com/npm/cli/issues/4828",
  examples: {
    bad: { "package.json": manifest, "package-lock.json": lock("") },
    good: { "package.json": manifest, "package-lock.json": lock(linux) },
    silent: {
      "one that an override took out": {
        "package.json": `{ "devDependencies": { "native": "1.0.0" }, "overrides": { "native-linux": "npm:nothing@1" } }\n`,
        "package-lock.json": lock(""),
      },
      "one that its package does not list": {
        "package.json": manifest,
        "package-lock.json": lock("", `"native-mac": "1.0.0"`),
      },
      "a lock file of version 1, which does not say what is optional": {
        "package.json": manifest,
        "package-lock.json": `{ "lockfileVersion": 1, "dependencies": { "native": { "version": "1.0.0" }, "native-mac": { "version": "1.0.0", "optional": true } } }\n`,
      },
    },
  },
  *check(facts) {
    for (const project of npmLocks(facts)) {
      const { lock } = project.held;
      const missing = Map.groupBy(
        unmetWishes(project).filter(
          ({ dependency, found }) => dependency.group === "optionalDependencies" && found === undefined,
        ),
        ({ by }) => by,
      );
      for (const [by, wishes] of missing) {
        const names = wishes.map(({ dependency }) => dependency.name);
        const shown = names.slice(0, 3).join(", ");
        yield {
          ...lockedIn(lock, by),
          message: `${by.name} ${by.version ?? ""} needs ${shown}${names.length > 3 ? ` and ${names.length - 3} more` : ""} on some systems, and the lock file has none: rm -r node_modules package-lock.json && npm install makes it whole`,
        };
      }
    }
  },
});
