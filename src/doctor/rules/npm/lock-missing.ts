import { npmInstalls } from "../../npmInstalls.ts";
import { together } from "../../together.ts";
import { defineRule, type Rule } from "../../rule.ts";

const manifest = { "package.json": `{\n  "name": "web",\n  "dependencies": { "left": "^1.0.0" }\n}\n` };
const ci = (command: string): { ".gitlab-ci.yml": string } => ({
  ".gitlab-ci.yml": `build:\n  script:\n    - ${command}\n`,
});
const dockerfile = (copied: string): { Dockerfile: string } => ({
  Dockerfile: `FROM node:24\nWORKDIR /web\nCOPY ${copied} ./\nRUN npm install\n`,
});

export const rule: Rule = defineRule({
  id: "npm/lock-missing",
  title: "packages are installed by a build, and no lock file says which",
  severity: "warning",
  why: "Each build takes what the registry has that day: the same commit works today and not tomorrow, and nobody sees what changed. npm ci does not work at all.",
  source: "https://docs.npmjs.com/cli/configuring-npm/package-lock-json",
  examples: {
    bad: { ...manifest, ...ci("npm install") },
    good: { ...manifest, ...ci("npm install"), "package-lock.json": "{}\n" },
    silent: {
      "nobody builds it here: a library, perhaps": manifest,
      "it depends on nothing": { "package.json": `{ "name": "web" }\n`, ...ci("npm install") },
      "a tool is installed by its name": { ...manifest, ...ci("npm install -g left") },
      "it is installed elsewhere": { ...manifest, ...ci("cd docs && npm install") },
      "nobody knows where": { ...manifest, ...ci("cd $FOLDER && npm install") },
      "another tool's lock file": { ...manifest, ...ci("yarn install"), "yarn.lock": "# yarn lockfile v1\n" },
      "Bun's lock file": { ...manifest, ...ci("npm install"), "bun.lock": "{}\n" },
      "a member of a workspace, whose root has one": {
        "package.json": `{ "workspaces": ["app"] }\n`,
        "package-lock.json": `{ "lockfileVersion": 3, "packages": {} }\n`,
        "app/package.json": `{ "dependencies": { "left": "1" } }\n`,
        ...ci("cd app && npm install"),
      },
      "the stage that installs has two lists": {
        ...manifest,
        "docs/package.json": `{ "dependencies": { "left": "1" } }\n`,
        ...dockerfile("."),
      },
      "the lock file is there, and not copied, which is for others to say": {
        ...manifest,
        "package-lock.json": "{}\n",
        ...dockerfile("package.json"),
      },
      "the lock file is not to be made": {
        ...manifest,
        ...ci("npm install"),
        ".npmrc": "package-lock=false\n",
      },
    },
  },
  *check(facts) {
    const lockFolders = facts.npm.flatMap(({ manifest, lockFiles }) => (lockFiles.length > 0 ? [manifest.folder] : []));
    const unlocked = npmInstalls(facts).flatMap(({ tool, needsLock, folder, place }) => {
      const project = facts.npm.find(({ manifest }) => manifest.folder === folder);
      const wanted = project?.manifest.dependencies.filter(({ group }) => group !== "peerDependencies") ?? [];
      const isLocked = lockFolders.some((each) => each === "" || each === folder || folder.startsWith(`${each}/`));
      if (project === undefined || wanted.length === 0 || isLocked) return [];
      const settings = facts.text(folder === "" ? ".npmrc" : `${folder}/.npmrc`) ?? "";
      if (!needsLock && /^\s*package-lock\s*=\s*false/m.test(settings)) return [];
      const count = wanted.length === 1 ? "one dependency" : `${wanted.length} dependencies`;
      return {
        ...place,
        folder,
        ...(needsLock ? { severity: "error" as const } : {}),
        message: `${tool} takes ${count} of ${project.manifest.file} without a lock file: ${needsLock ? "it refuses to" : "each build may get others"}; run ${tool} install, and commit what it writes`,
      };
    });
    for (const problems of Map.groupBy(unlocked, ({ folder }) => folder).values()) {
      // What fails comes first.
      yield* together(
        facts,
        problems.toSorted((a, b) => (a.severity === b.severity ? 0 : a.severity === undefined ? 1 : -1)),
      );
    }
  },
});
