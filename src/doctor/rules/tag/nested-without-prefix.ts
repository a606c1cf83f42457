import * as semver from "../../../gomod/semver.ts";
import { moduleLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const hash = "a".repeat(40);
const repository = (...tags: readonly string[]): Readonly<Record<string, string>> => ({
  "go.mod": "module example.com/app\n\ngo 1.24.0\n",
  "sdk/go.mod": "module example.com/app/sdk\n\ngo 1.24.0\n",
  "sdk/sdk.go": "package sdk\n",
  ".git/config": "[core]\n\tbare = false\n",
  ".git/packed-refs": tags.map((tag) => `${hash} refs/tags/${tag}\n`).join(""),
});

export const rule: Rule = defineRule({
  id: "tag/nested-without-prefix",
  title: "a module in a folder has no tags of its own",
  severity: "advice",
  why: "Tags of the root count for the root. The nested module is only to be had by pseudo-versions until one is tagged with its folder's name before the version.",
  source: "https://go.dev/ref/mod#vcs-version",
  examples: {
    bad: repository("v1.0.0", "v1.1.0"),
    good: repository("v1.0.0", "v1.1.0", "sdk/v1.1.0"),
    silent: {
      "nothing is tagged": repository(),
      "nobody requires it": {
        ...repository("v1.0.0"),
        "sdk/go.mod": "module sdk\n\ngo 1.24.0\n",
      },
      "programs and tools": {
        ...repository("v1.0.0"),
        "sdk/sdk.go": "package main\n\nfunc main() {}\n",
      },
    },
  },
  *check(facts) {
    const tags = facts.git?.tags ?? [];
    const newest = tags
      .filter((tag) => semver.canonical(tag) === tag && tag !== "")
      .sort(semver.compare)
      .at(-1);
    const all = writtenModules(facts);
    const root = all.find(({ module }) => module.dir === ".");
    if (newest === undefined || root === undefined) return;
    for (const written of all) {
      const { dir, path } = written.module;
      const isLibrary =
        facts.go?.packages.some(
          ({ moduleDir, name, importPath }) =>
            moduleDir === dir && name !== "main" && name !== "" && !/(^|\/)internal(\/|$)/.test(importPath),
        ) === true;
      if (
        dir === "." ||
        !path.startsWith(`${root.module.path}/`) ||
        !isLibrary ||
        /(^|\/)(tools?|examples?|tests?|e2e|hack|internal)(\/|$)/.test(dir)
      )
        continue;
      if (tags.some((tag) => tag.startsWith(`${dir.replace(/\/v\d+$/, "")}/v`))) continue;
      yield {
        ...moduleLine(written),
        message: `no tag begins with ${dir}/: git tag ${dir}/v0.1.0 makes a version of it`,
      };
    }
  },
});
