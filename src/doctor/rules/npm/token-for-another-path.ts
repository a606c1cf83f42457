import { isFor, npmCredentials, npmRegistries, readNpmrcLines } from "../../../repo/npm/npmrcFile.ts";
import { seenAt } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const manifest = { "package.json": `{\n  "name": "web"\n}\n` };
const npmrc = (registry: string, ...tokens: readonly string[]): { ".npmrc": string } => ({
  ".npmrc": `@team:registry=https://${registry}\n${tokens.map((each) => `//${each}:_authToken=\${NPM_TOKEN}\n`).join("")}`,
});

export const rule: Rule = defineRule({
  id: "npm/token-for-another-path",
  title: "a token is for another path of the host than the registry has",
  severity: "error",
  why: "npm shows a token to addresses at and below its path alone. The registry is asked without one: 401, or 404 as if the package were not there.",
  source:
    "https://docs.npmjs.com/cli/configuring-npm/npmrc#auth-related-configuration; npm-registry-fetch, lib/auth.js",
  examples: {
    bad: {
      ...manifest,
      ...npmrc("git.example.com/api/v4/packages/npm/", "git.example.com/api/v4/projects/7/packages/npm/"),
    },
    good: { ...manifest, ...npmrc("git.example.com/api/v4/packages/npm/", "git.example.com/api/v4/packages/npm/") },
    silent: {
      "a path above": { ...manifest, ...npmrc("npm.example.com/api/npm/team/", "npm.example.com/api/") },
      "the whole host": { ...manifest, ...npmrc("npm.example.com/api/npm/team/", "npm.example.com/") },
      "no slash at the end of either": { ...manifest, ...npmrc("npm.example.com/api/npm", "npm.example.com/api/npm") },
      "another one is for it, and this one for archives": {
        ...manifest,
        ...npmrc(
          "git.example.com/api/v4/packages/npm/",
          "git.example.com/api/v4/packages/npm/",
          "git.example.com/api/v4/projects/",
        ),
      },
      "another host": { ...manifest, ...npmrc("npm.example.com/", "other.example.com/npm/") },
      "another port is another host": { ...manifest, ...npmrc("npm.example.com/", "npm.example.com:8443/npm/") },
      "a registry that a variable names": { ...manifest, ...npmrc("${REGISTRY}/npm/", "npm.example.com/") },
      "a token whose path is a variable": {
        ...manifest,
        ...npmrc(
          "git.example.com/api/v4/packages/npm/",
          "git.example.com/api/v4/projects/${CI_PROJECT_ID}/packages/npm/",
        ),
      },
      "no registry that it could be for": { ...manifest, ".npmrc": "//npm.example.com/:_authToken=${NPM_TOKEN}\n" },
    },
  },
  *check(facts) {
    for (const file of facts.files) {
      if (!/(^|\/)\.npmrc$/.test(file)) continue;
      const lines = readNpmrcLines(facts.text(file) ?? "");
      const credentials = npmCredentials(lines);
      for (const { key, url, start, end } of npmRegistries(lines)) {
        const near = credentials.filter(
          ({ registry }) => registry.startsWith(`//${url.host}/`) || registry === `//${url.host}`,
        );
        const [first] = near;
        if (first === undefined || near.some((each) => isFor(each, url) || each.registry.includes("${"))) continue;
        yield {
          file,
          start: first.start,
          end: first.end,
          message: `${key} is ${url.href}, and the only login for ${url.host} is for ${first.registry}: npm asks without it`,
          evidence: [seenAt(facts, { file, start, end })],
        };
      }
    }
  },
});
