import { npmLocks, unmetWishes } from "../../npmLocks.ts";
import { wishIn } from "../../npmPlaces.ts";
import { together } from "../../together.ts";
import { defineRule, type Rule } from "../../rule.ts";

const manifest = `{\n  "name": "web",\n  "dependencies": { "left": "^1.0.0" }\n}\n`;
const lock = (version: string, more = ""): string =>
  `{\n  "lockfileVersion": 3,\n  "packages": {\n    "": { "dependencies": { "left": "^1.0.0" } },\n    "node_modules/left": {\n      "version": "1.0.0",\n      "dependencies": { "right": "^2.0.0" }\n    },\n    "node_modules/right": { "version": "${version}"${more} }\n  }\n}\n`;

export const rule: Rule = defineRule({
  id: "npm/lock-inconsistent",
  title: "a package in the lock file does not get what it asks for",
  severity: "error",
  why: "npm ci ends with “Missing: …” or “Invalid: lock file's … does not satisfy …”. A merge took lines of both sides, or somebody edited the file by hand.",
  source: "https://docs.npmjs.com/cli/configuring-npm/package-lock-json; npm, lib/utils/validate-lockfile.js",
  examples: {
    bad: { "package.json": manifest, "package-lock.json": lock("1.0.0") },
    good: { "package.json": manifest, "package-lock.json": lock("2.1.0") },
    silent: {
      "an override decides": {
        "package.json": `{ "dependencies": { "left": "^1.0.0" }, "overrides": { "left": { "right": "1.0.0" } } }\n`,
        "package-lock.json": lock("1.0.0"),
      },
      "a package that another one's archive brings along": {
        "package.json": manifest,
        "package-lock.json": lock("1.0.0", `, "inBundle": true`),
      },
      "version 1, with one of its own below it": {
        "package.json": manifest,
        "package-lock.json": `{ "lockfileVersion": 1, "dependencies": { "left": { "version": "1.0.0", "requires": { "right": "^2.0.0" }, "dependencies": { "right": { "version": "2.0.0" } } }, "right": { "version": "1.0.0" } } }\n`,
      },
      "no version that could be compared": {
        "package.json": manifest,
        "package-lock.json": lock("git+ssh://git@git.example.com/team/right.git#0123456"),
      },
    },
  },
  *check(facts) {
    for (const project of npmLocks(facts)) {
      const { lock } = project.held;
      const wishes = unmetWishes(project).filter(({ dependency }) => dependency.group === "dependencies");
      const problems = wishes.map(({ by, dependency, found }) => ({
        ...wishIn(lock, by, dependency),
        message: `${by.name} ${by.version ?? ""} asks for ${dependency.name} ${JSON.stringify(dependency.spec)}, and the lock file has ${found === undefined ? "none" : (found.version ?? "")}: npm ci refuses; npm install mends the lock file`,
      }));
      yield* together(facts, problems);
    }
  },
});
