import type { Dependency, PackageJson } from "../../../repo/npm/packageJson.ts";
import { resolveFrom } from "../../../repo/npm/packageLock.ts";
import { lockedVersion, type NpmProject } from "../../../repo/npm/npmProject.ts";
import { readSpec } from "../../../repo/npm/range.ts";
import type { Facts } from "../../facts.ts";
import { leavesPeersAlone } from "../../npmLocks.ts";
import { dependencyIn } from "../../npmPlaces.ts";
import { together } from "../../together.ts";
import { defineRule, type Rule } from "../../rule.ts";

const left = `    "node_modules/left": { "version": "1.0.0" }`;
const lock = (more = ""): string =>
  `{\n  "lockfileVersion": 3,\n  "packages": {\n    "": { "dependencies": { "left": "^1.0.0" } },\n${left}${more}\n  }\n}\n`;
const wants = (more = ""): string => `{\n  "name": "web",\n  "dependencies": { "left": "^1.0.0"${more} }\n}\n`;
const right = `,\n    "node_modules/right": { "version": "1.0.0" }`;

export const rule: Rule = defineRule({
  id: "npm/lock-out-of-step",
  title: "package.json has a dependency that the lock file has not",
  severity: "error",
  why: "npm ci ends with “can only install packages when your package.json and package-lock.json are in sync. Missing: …”, and yarn install --frozen-lockfile and pnpm install in CI end, too. Somebody edited package.json by hand, or did not commit the lock file with it.",
  source: "https://docs.npmjs.com/cli/commands/npm-ci; npm, lib/utils/validate-lockfile.js",
  examples: {
    bad: { "package.json": wants(`, "right": "^1.0.0"`), "package-lock.json": lock() },
    good: { "package.json": wants(`, "right": "^1.0.0"`), "package-lock.json": lock(right) },
    silent: {
      "an optional peer": {
        "package.json": `{ "dependencies": { "left": "^1.0.0" }, "peerDependencies": { "right": "1" }, "peerDependenciesMeta": { "right": { "optional": true } } }\n`,
        "package-lock.json": lock(),
      },
      "peers of one's own, which npm was told to leave alone": {
        "package.json": `{ "dependencies": { "left": "^1.0.0" }, "peerDependencies": { "right": "1" } }\n`,
        "package-lock.json": lock(),
        ".npmrc": "legacy-peer-deps=true\n",
      },
      "the lock file of a version that knew no peers": {
        "package.json": `{ "dependencies": { "left": "^1.0.0" }, "peerDependencies": { "right": "1" } }\n`,
        "package-lock.json": `{ "lockfileVersion": 1, "dependencies": { "left": { "version": "1.0.0" } } }\n`,
      },
      "another name by an override": {
        "package.json": `{ "dependencies": { "left": "^1.0.0", "right": "1" }, "overrides": { "right": "npm:left@1" } }\n`,
        "package-lock.json": lock(),
      },
      "a member of the workspace, which the root's lock file holds": {
        "package.json": `{ "workspaces": ["app"] }\n`,
        "package-lock.json": `{ "lockfileVersion": 3, "packages": { "": {}, "app": {}, "node_modules/left": { "version": "1.0.0" } } }\n`,
        "app/package.json": wants(),
      },
      "Yarn's, with the range that was asked for": {
        "package.json": wants(),
        "yarn.lock": `# yarn lockfile v1\n\n\nleft@^1.0.0:\n  version "1.0.0"\n`,
      },
      "pnpm's, with the range that was asked for": {
        "package.json": wants(),
        "pnpm-lock.yaml": `lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      left:\n        specifier: ^1.0.0\n        version: 1.0.0\n`,
      },
      "a lock file that is a list of something else": { "package.json": wants(), "yarn.lock": "" },
    },
  },
  *check(facts) {
    const own = new Set(facts.npm.map(({ manifest }) => manifest.name));
    for (const project of facts.npm) {
      const { manifest, held } = project;
      if (held === undefined) continue;
      const missing = manifest.dependencies.filter(
        (each) => !manifest.overridden.has(each.name) && isMissing(facts, project, each, own),
      );
      const problems = missing.map((each) => ({
        ...dependencyIn(project, each),
        message: `${held.lock.file} has no ${each.name} ${JSON.stringify(each.spec)}: ${refused[held.tool]}`,
      }));
      yield* together(facts, problems);
    }
  },
});

const refused = {
  npm: "npm ci refuses; npm install brings them in step",
  yarn: "yarn install --frozen-lockfile refuses; yarn install brings them in step",
  pnpm: "pnpm install --frozen-lockfile refuses; pnpm install brings them in step",
};

function isMissing(facts: Facts, project: NpmProject, each: Dependency, own: ReadonlySet<string | undefined>): boolean {
  const { manifest, held } = project;
  const { kind } = readSpec(each.spec);
  switch (held?.tool) {
    case "npm":
      if (each.group === "peerDependencies" && mayLackPeer(facts, manifest, each, held.lock)) return false;
      return resolveFrom(held.lock, held.location, each.name) === undefined;
    case "yarn":
      // Folders and members of the workspace need not be there, and newer versions have protocols of their own.
      if (each.group === "peerDependencies" || kind === "elsewhere" || own.has(each.name)) return false;
      return held.lock.versions.size > 0 && lockedVersion(project, each) === undefined;
    case "pnpm":
      if (each.group === "peerDependencies" || held.lock.isOverridden || kind === "elsewhere") return false;
      return held.importer.get(each.name)?.specifier !== each.spec;
    case undefined:
      return false;
  }
}

function mayLackPeer(
  facts: Facts,
  { optionalPeers }: PackageJson,
  { name }: Dependency,
  lock: Parameters<typeof leavesPeersAlone>[1],
): boolean {
  return lock.lockfileVersion < 2 || optionalPeers.has(name) || leavesPeersAlone(facts, lock);
}
