import * as semver from "../../../gomod/semver.ts";
import { moduleLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const hash = "a".repeat(40);
const repository = (...tags: readonly string[]): Readonly<Record<string, string>> => ({
  "go.mod": "module example.com/app\n\ngo 1.24.0\n",
  ".git/config": "[core]\n\tbare = false\n",
  ".git/packed-refs": tags.map((tag) => `${hash} refs/tags/${tag}\n`).join(""),
});

export const rule: Rule = defineRule({
  id: "tag/not-a-version",
  title: "a tag looks like a version that the go command does not know",
  severity: "warning",
  why: "The go command takes tags of the form v1.2.3 alone. Of 1.2.3, v1.2 and v1.2.3+meta it sees nothing: @latest stays at the one before, or at a pseudo-version.",
  source: "https://go.dev/ref/mod#versions",
  examples: {
    bad: repository("v1.0.0", "1.1.0"),
    good: repository("v1.0.0", "v1.1.0"),
    silent: {
      "an older one of before the v": repository("0.9.0", "v1.0.0"),
      "no version at all": repository("release-candidate", "nightly", "v1.0.0"),
      "a nested module's": repository("v1.0.0", "lib/v1.2.0"),
      "a moving major tag": repository("v1.0.0", "v1"),
    },
  },
  *check(facts) {
    const root = writtenModules(facts).find(({ module }) => module.dir === ".");
    const tags = facts.git?.tags ?? [];
    if (root === undefined) return;
    const newest = tags
      .filter((tag) => semver.canonical(tag) === tag && tag !== "")
      .sort(semver.compare)
      .at(-1);
    const found = tags.flatMap((tag) => {
      const meant = /^v?(\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?)(?:\+[\w.-]+)?$/.exec(tag)?.[1];
      if (meant === undefined || semver.canonical(tag) === tag) return [];
      const version = semver.canonical(`v${meant}`);
      // Of before the go command's form was taken up: nobody mends those.
      return version === "" || (newest !== undefined && semver.compare(version, newest) <= 0) ? [] : [{ tag, version }];
    });
    const last = found.sort((a, b) => semver.compare(a.version, b.version)).at(-1);
    if (last === undefined) return;
    yield {
      ...moduleLine(root),
      message: `tag ${last.tag} is no version to the go command; ${last.version} is one${newest === undefined ? "" : ` (the newest that it sees is ${newest})`}: git tag ${last.version} ${last.tag}`,
    };
  },
});
