import { lockedVersion } from "../../../repo/npm/npmProject.ts";
import { readSpec } from "../../../repo/npm/range.ts";
import { dependencyIn } from "../../npmPlaces.ts";
import { defineRule, type Rule } from "../../rule.ts";

const wants = (spec: string): string => `{\n  "name": "web",\n  "dependencies": { "left": "${spec}" }\n}\n`;

export const rule: Rule = defineRule({
  id: "npm/zero-major-range",
  title: "a range takes several minor versions of 0, each of which may break",
  severity: "advice",
  why: "Before 1.0.0 a package breaks its users with the minor version: that is why ^0.2.3 ends before 0.3.0. 0.x, ~0, ^0 and >=0.2.0 <1 don't.",
  source: "https://semver.org/#spec-item-4; https://docs.npmjs.com/about-semantic-versioning",
  examples: {
    bad: { "package.json": wants("0.x") },
    good: { "package.json": wants("^0.2.3") },
    silent: {
      "the tilde of a minor version": { "package.json": wants("~0.2.3") },
      "one version": { "package.json": wants("0.2.3") },
      "the first stable one": { "package.json": wants("^1.0.0") },
      "no end at all, which is another finding": { "package.json": wants(">=0.2.0") },
      "what it works beside": { "package.json": `{ "peerDependencies": { "left": "0.x" } }\n` },
      "a member of the workspace": {
        "package.json": `{ "workspaces": ["left"], "dependencies": { "left": "0.x" } }\n`,
        "left/package.json": `{ "name": "left" }\n`,
      },
    },
  },
  *check({ npm }) {
    const own = new Set(npm.map(({ manifest }) => manifest.name));
    for (const project of npm) {
      for (const each of project.manifest.written) {
        const spec = readSpec(each.spec);
        if (spec.reach !== "zero" || each.group === "peerDependencies" || own.has(each.name)) continue;
        const locked = lockedVersion(project, each);
        yield {
          ...dependencyIn(project, each),
          message: `${each.name} ${JSON.stringify(each.spec)} is ${spec.allows}: every 0.x in there may break the one before${locked === undefined ? "" : `; the lock file holds ${locked}`}`,
        };
      }
    }
  },
});
