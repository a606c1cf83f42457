import { lockedVersion, type NpmProject } from "../../../repo/npm/npmProject.ts";
import type { Dependency } from "../../../repo/npm/packageJson.ts";
import { caret, firstBreaking, readSpec, satisfies } from "../../../repo/npm/range.ts";
import { fixOf } from "../../ciSteps.ts";
import type { Fix } from "../../finding.ts";
import { dependencyIn, newText } from "../../npmPlaces.ts";
import { defineRule, type Rule } from "../../rule.ts";

const wants = (spec: string): string => `{\n  "name": "web",\n  "dependencies": { "left": "${spec}" }\n}\n`;
const lock = (spec: string): string =>
  `{\n  "lockfileVersion": 3,\n  "packages": {\n    "": { "dependencies": { "left": "${spec}" } },\n    "node_modules/left": { "version": "1.2.0" }\n  }\n}\n`;

export const rule: Rule = defineRule({
  id: "npm/range-open",
  title: "a range of package.json lets breaking versions in",
  severity: "warning",
  why: "The day the next major version appears, whoever has no lock file, or makes it anew, gets it: npm install, npm update, and everybody who depends on this package.",
  source: "https://docs.npmjs.com/about-semantic-versioning; https://docs.npmjs.com/cli/using-npm/package-spec",
  examples: {
    bad: { "package.json": wants(">=1.0.0"), "package-lock.json": lock(">=1.0.0") },
    good: { "package.json": wants("^1.2.0"), "package-lock.json": lock("^1.2.0") },
    fixed: { "package.json": wants("^1.2.0"), "package-lock.json": lock("^1.2.0") },
    silent: {
      "^0.2.3 keeps below 0.3.0": { "package.json": wants("^0.2.3") },
      "several majors, up to one that is named": { "package.json": wants("^1 || ^2") },
      "a folder of the project": { "package.json": wants("file:./left") },
      "a member of the workspace": {
        "package.json": `{ "workspaces": ["left"], "dependencies": { "left": "*" } }\n`,
        "left/package.json": `{ "name": "left" }\n`,
      },
      "another tool's protocol for that": { "package.json": wants("workspace:*") },
      "a peer dependency, which says what it works beside": {
        "package.json": `{ "peerDependencies": { "left": ">=1" } }\n`,
      },
      "somebody else's package": { "node_modules/left/package.json": wants("*") },
    },
  },
  *check({ npm }) {
    const own = new Set(npm.map(({ manifest }) => manifest.name));
    for (const project of npm) {
      for (const each of project.manifest.written) {
        const spec = readSpec(each.spec);
        if (spec.reach !== "open" || each.group === "peerDependencies" || own.has(each.name)) continue;
        const locked = lockedVersion(project, each);
        const breaking = firstBreaking(spec);
        const what =
          spec.kind === "tag"
            ? `takes ${spec.allows} on the day it is resolved`
            : breaking === undefined
              ? "lets any version in"
              : `lets ${breaking} in, and every version after it`;
        yield {
          ...dependencyIn(project, each),
          message: `${each.name} ${JSON.stringify(each.spec)} ${what}${locked === undefined ? "" : `; the lock file holds ${locked}`}`,
          ...(each.group === "devDependencies" ? { severity: "advice" as const } : {}),
          ...narrowed(project, each, locked),
        };
      }
    }
  },
});

/** A caret from what the lock file holds, else from the range's beginning. The lock file's record of the range goes along. */
function narrowed({ manifest, held }: NpmProject, each: Dependency, locked: string | undefined): { fix?: Fix } {
  const spec = readSpec(each.spec);
  const isHeld = locked !== undefined && satisfies(locked, spec) !== false;
  const range = caret(isHeld ? locked : (/^>=\s*(\d+\.\d+\.\d+)$/.exec(spec.range)?.[1] ?? ""));
  if (range === undefined) return {};
  const alias = each.spec.slice(0, each.spec.length - spec.range.length);
  const separator = alias === "" || alias.endsWith("@") ? "" : "@";
  const path = [each.group, each.name];
  const edits = [newText(manifest, path, `${alias}${separator}${range}`)];
  if (held?.tool === "npm") {
    const record = newText(held.lock, ["packages", held.location, ...path], `${alias}${separator}${range}`);
    if (record !== undefined) edits.push(record);
  }
  return fixOf(false, `keep to ${range}`, ...edits);
}
