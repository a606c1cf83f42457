import { resolveFrom } from "../../../repo/npm/packageLock.ts";
import { fits, heldByNpm } from "../../npmLocks.ts";
import { dependencyIn, evidenceAt, lockedIn } from "../../npmPlaces.ts";
import { together } from "../../together.ts";
import { defineRule, type Rule } from "../../rule.ts";

const wants = (spec: string): string => `{\n  "name": "web",\n  "dependencies": { "left": "${spec}" }\n}\n`;
const lock = (version: string): string =>
  `{\n  "lockfileVersion": 3,\n  "packages": {\n    "": { "dependencies": { "left": "^1.0.0" } },\n    "node_modules/left": { "version": "${version}" }\n  }\n}\n`;

export const rule: Rule = defineRule({
  id: "npm/lock-outside-range",
  title: "the lock file holds a version that package.json does not allow",
  severity: "error",
  why: "npm ci ends with “Invalid: lock file's … does not satisfy …”; npm install quietly takes another version than the lock file names.",
  source: "https://docs.npmjs.com/cli/commands/npm-ci; npm, lib/utils/validate-lockfile.js",
  examples: {
    bad: { "package.json": wants("^2.0.0"), "package-lock.json": lock("1.0.0") },
    good: { "package.json": wants("^2.0.0"), "package-lock.json": lock("2.0.0") },
    silent: {
      "another range than the one that was recorded, and the version is in both": {
        "package.json": wants("~1.0.0"),
        "package-lock.json": lock("1.0.0"),
      },
      "a pre-release, and every version is allowed": {
        "package.json": wants("*"),
        "package-lock.json": lock("2.0.0-beta.1"),
      },
      "a tag, of which only the registry knows": { "package.json": wants("next"), "package-lock.json": lock("1.0.0") },
      "an alias": { "package.json": wants("npm:other@^1.0.0"), "package-lock.json": lock("1.0.0") },
      "an archive's address in place of a version": {
        "package.json": wants("^2.0.0"),
        "package-lock.json": `{ "lockfileVersion": 1, "dependencies": { "left": { "version": "https://files.example.com/left.tgz" } } }\n`,
      },
      "an override decides": {
        "package.json": `{ "dependencies": { "left": "^2.0.0" }, "overrides": { "left": "1.0.0" } }\n`,
        "package-lock.json": lock("1.0.0"),
      },
      "of two groups, the one that counts": {
        "package.json": `{ "peerDependencies": { "left": "^2.0.0" }, "devDependencies": { "left": "^1.0.0" } }\n`,
        "package-lock.json": lock("1.0.0"),
      },
      "a link to a folder": {
        "package.json": wants("file:./left"),
        "package-lock.json": `{ "lockfileVersion": 3, "packages": { "node_modules/left": { "resolved": "left", "link": true }, "left": { "version": "0.1.0" } } }\n`,
      },
    },
  },
  *check(facts) {
    for (const project of heldByNpm(facts)) {
      const { manifest, held } = project;
      const problems = manifest.dependencies.flatMap((each) => {
        const found = resolveFrom(held.lock, held.location, each.name);
        if (found === undefined || fits(each, found) || manifest.overridden.has(each.name)) return [];
        // A member's version is that of its own package.json, whatever the lock file recorded.
        if (!found.location.includes("node_modules/")) return [];
        return {
          ...dependencyIn(project, each),
          message: `${held.lock.file} holds ${each.name} ${found.version ?? ""}, and package.json asks for ${JSON.stringify(each.spec)}: npm ci refuses; npm install ${each.name} brings them in step`,
          evidence: [evidenceAt(held.lock, lockedIn(held.lock, found))],
        };
      });
      yield* together(facts, problems);
    }
  },
});
