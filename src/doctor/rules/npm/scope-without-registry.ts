import { npmCredentials, npmRegistries, readNpmrcLines } from "../../../repo/npm/npmrcFile.ts";
import { seenAt } from "../../ciSteps.ts";
import { heldByNpm } from "../../npmLocks.ts";
import { dependencyIn } from "../../npmPlaces.ts";
import { resolveFrom } from "../../../repo/npm/packageLock.ts";
import { readSpec } from "../../../repo/npm/range.ts";
import { defineRule, type Rule } from "../../rule.ts";

const manifest = `{\n  "name": "web",\n  "dependencies": { "@team/ui": "^1.0.0" }\n}\n`;
const token = "//npm.example.com/:_authToken=${NPM_TOKEN}\n";
const lock = (more = ""): string =>
  `{\n  "lockfileVersion": 3,\n  "packages": {\n    "": {},\n    "node_modules/left": { "version": "1.0.0", "resolved": "https://registry.example.com/left/-/left-1.0.0.tgz" }${more}\n  }\n}\n`;
const ui = (host: string): string =>
  `,\n    "node_modules/@team/ui": { "version": "1.0.0", "resolved": "https://${host}/@team/ui/-/ui-1.0.0.tgz" }`;

export const rule: Rule = defineRule({
  id: "npm/scope-without-registry",
  title: "a private registry has a token, and no scope leads to it",
  severity: "warning",
  why: "A token alone sends nobody to its registry: npm asks the default registry for the scope, which says 404, or has a package of somebody else under that name.",
  source: "https://docs.npmjs.com/cli/using-npm/scope#associating-a-scope-with-a-registry",
  examples: {
    bad: { "package.json": manifest, ".npmrc": token, "package-lock.json": lock() },
    good: {
      "package.json": manifest,
      ".npmrc": `@team:registry=https://npm.example.com/\n${token}`,
      "package-lock.json": lock(),
    },
    silent: {
      "the lock file knows the package from elsewhere": {
        "package.json": manifest,
        ".npmrc": token,
        "package-lock.json": lock(ui("registry.example.com")),
      },
      "everything comes from there": {
        "package.json": manifest,
        ".npmrc": "//registry.example.com/:_authToken=${NPM_TOKEN}\n",
        "package-lock.json": lock(),
      },
      "the default registry is set": {
        "package.json": manifest,
        ".npmrc": `registry=https://npm.example.com/\n${token}`,
        "package-lock.json": lock(),
      },
      "the token is for publishing": {
        "package.json": manifest.replace("{\n", `{\n  "publishConfig": { "registry": "https://npm.example.com/" },\n`),
        ".npmrc": token,
        "package-lock.json": lock(),
      },
      "nothing here shows where packages come from": { "package.json": manifest, ".npmrc": token },
      "a member of the workspace": {
        "package.json": manifest,
        ".npmrc": token,
        "package-lock.json": lock(),
        "ui/package.json": `{ "name": "@team/ui" }\n`,
      },
    },
  },
  *check(facts) {
    const own = new Set(facts.npm.map(({ manifest }) => manifest.name));
    const published = facts.npm.flatMap(({ manifest }) => URL.parse(manifest.publishRegistry ?? "")?.host ?? []);
    for (const project of heldByNpm(facts)) {
      const { manifest, held } = project;
      const file = held.lock.folder === "" ? ".npmrc" : `${held.lock.folder}/.npmrc`;
      const lines = readNpmrcLines(facts.text(file) ?? "");
      const registries = npmRegistries(lines);
      const sources = [...held.lock.packages.values()].flatMap(({ resolved }) => URL.parse(resolved ?? "")?.host ?? []);
      const idle = npmCredentials(lines).find(({ registry }) => {
        const host = registry.slice(2).split("/")[0] ?? "";
        return ![...sources, ...published, ...registries.map(({ url }) => url.host)].includes(host);
      });
      // Without any address in the lock file nobody knows which registry is the default one: it may be this.
      if (idle === undefined || sources.length === 0 || lines.some(({ key }) => key === "registry")) continue;
      for (const each of manifest.dependencies) {
        const scope = /^@[^/]+(?=\/)/.exec(each.name)?.[0];
        if (scope === undefined || own.has(each.name) || readSpec(each.spec).kind === "elsewhere") continue;
        if (lines.some(({ key }) => key === `${scope}:registry`)) continue;
        if (resolveFrom(held.lock, held.location, each.name) !== undefined) continue;
        yield {
          ...dependencyIn(project, each),
          message: `${each.name} is asked for at the default registry, though ${file} has a login for ${idle.registry}: add ${scope}:registry=https:${idle.registry}`,
          evidence: [seenAt(facts, { file, start: idle.start, end: idle.end })],
        };
      }
    }
  },
});
