import { leavesPeersAlone, npmLocks, unmetWishes, type Wish } from "../../npmLocks.ts";
import type { PackageJson } from "../../../repo/npm/packageJson.ts";
import { entryIn, evidenceAt, wishIn } from "../../npmPlaces.ts";
import { defineRule, type Rule } from "../../rule.ts";

const manifest = `{\n  "name": "web",\n  "dependencies": {\n    "left": "^1.0.0",\n    "plugin": "^2.0.0"\n  }\n}\n`;
const lock = (plugin: string): string =>
  `{\n  "lockfileVersion": 3,\n  "packages": {\n    "": { "dependencies": { "left": "^1.0.0", "plugin": "^2.0.0" } },\n    "node_modules/left": { "version": "1.0.0" },\n    "node_modules/plugin": { "version": "2.0.0", ${plugin} }\n  }\n}\n`;

export const rule: Rule = defineRule({
  id: "npm/peer-unmet",
  title: "a package in the lock file works beside another version than the one that is there",
  severity: "error",
  why: "npm 7 and newer end with ERESOLVE where package.json asks for both, unless they are told --legacy-peer-deps; with that, or further down in the tree, the package gets a version that its authors have not made it for.",
  source: "https://docs.npmjs.com/cli/configuring-npm/package-json#peerdependencies",
  examples: {
    bad: { "package.json": manifest, "package-lock.json": lock(`"peerDependencies": { "left": "^2.0.0" }`) },
    good: { "package.json": manifest, "package-lock.json": lock(`"peerDependencies": { "left": "^1.0.0" }`) },
    silent: {
      "the peer is optional": {
        "package.json": manifest,
        "package-lock.json": lock(
          `"peerDependencies": { "left": "^2.0.0" }, "peerDependenciesMeta": { "left": { "optional": true } }`,
        ),
      },
      "an override decides": {
        "package.json": manifest.replace("{\n", `{\n  "overrides": { "plugin": { "left": "$left" } },\n`),
        "package-lock.json": lock(`"peerDependencies": { "left": "^2.0.0" }`),
      },
      "several majors, and one of them is there": {
        "package.json": manifest,
        "package-lock.json": lock(`"peerDependencies": { "left": "^1 || ^2" }`),
      },
      "a list of the wrong kind": {
        "package.json": manifest,
        "package-lock.json": lock(`"peerDependencies": ["left"]`),
      },
    },
  },
  *check(facts) {
    for (const project of npmLocks(facts)) {
      const { manifest, held } = project;
      const unmet = unmetWishes(project).filter(({ dependency }) => dependency.group === "peerDependencies");
      const isChosen = leavesPeersAlone(facts, held.lock);
      // Those who want the same peer are one story.
      for (const wishes of Map.groupBy(
        unmet,
        ({ dependency, found }) => `${dependency.name} ${found?.location}`,
      ).values()) {
        const [first, ...others] = wishes.toSorted((a, b) => depth(a) - depth(b));
        if (first === undefined || (isChosen && first.found === undefined)) continue;
        const { by, dependency, found } = first;
        const more =
          others.length === 0
            ? ""
            : `; ${others.length} more ${others.length === 1 ? "wants" : "want"} another one, too`;
        const isRefused = asksFor(manifest, by.name) && depth(first) === 1 && !isChosen;
        yield {
          ...wishIn(held.lock, by, dependency),
          severity: isRefused ? "error" : isChosen ? "advice" : "warning",
          message: `${by.name} ${by.version ?? ""} is made for ${dependency.name} ${JSON.stringify(dependency.spec)} beside it, and the lock file has ${found === undefined ? "none" : (found.version ?? "")}${more}`,
          evidence: manifest.dependencies
            .filter(({ name }) => name === by.name || name === dependency.name)
            .map(({ group, name }) => evidenceAt(manifest, entryIn(manifest, [group, name]))),
        };
      }
    }
  },
});

function depth({ by }: Wish): number {
  return by.location.split("node_modules/").length - 1;
}

function asksFor({ dependencies }: PackageJson, name: string): boolean {
  return dependencies.some((each) => each.name === name);
}
