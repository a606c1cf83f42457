import * as semver from "../../../gomod/semver.ts";
import { moduleLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const hash = "a".repeat(40);
const repository = (path: string, ...tags: readonly string[]): Readonly<Record<string, string>> => ({
  "go.mod": `module ${path}\n\ngo 1.24.0\n`,
  ".git/config": "[core]\n\tbare = false\n",
  ".git/packed-refs": tags.map((tag) => `${hash} refs/tags/${tag}\n`).join(""),
});

export const rule: Rule = defineRule({
  id: "tag/major-not-in-path",
  title: "the repository is tagged v2 or later, and the module's path does not end in it",
  severity: "warning",
  why: "invalid version: module contains a go.mod file, so module path must match major version. Nobody can require those tags.",
  source: "https://go.dev/ref/mod#major-version-suffixes",
  examples: {
    bad: repository("example.com/app", "v1.4.0", "v2.0.0"),
    good: repository("example.com/app/v2", "v1.4.0", "v2.0.0"),
    silent: {
      "the next one is being prepared": repository("example.com/app/v3", "v2.0.0"),
      "gopkg.in writes it with a dot": repository("gopkg.in/app.v2", "v2.1.0"),
      "no such tag": repository("example.com/app", "v0.3.0", "v1.0.0"),
      "the version lies in a folder of its own": {
        ...repository("example.com/app", "v1.0.0", "v2.0.0"),
        "v2/go.mod": "module example.com/app/v2\n\ngo 1.24.0\n",
      },
      "a program that nobody requires": repository("app", "v2.0.0"),
    },
  },
  *check(facts) {
    const all = writtenModules(facts);
    const root = all.find(({ module }) => module.dir === ".");
    const newest = (facts.git?.tags ?? [])
      .filter((tag) => semver.canonical(tag) === tag && tag !== "")
      .sort(semver.compare)
      .at(-1);
    if (root === undefined || newest === undefined) return;
    const major = Number(semver.major(newest).slice(1));
    const { path } = root.module;
    // A path without a dot is of no place that one could get it from.
    if (major < 2 || !(path.split("/")[0] ?? "").includes(".")) return;
    const own = Number(/(?:\/v|^gopkg\.in\/.*\.v)(\d+)$/.exec(path)?.[1] ?? 1);
    if (own >= major || all.some(({ module }) => module.path === `${path.replace(/\/v\d+$/, "")}/v${major}`)) return;
    yield {
      ...moduleLine(root),
      message: `the newest tag is ${newest}, and for it the path must be ${path.replace(/\/v\d+$/, "")}/v${major}, in go.mod and in every import of it`,
    };
  },
});
