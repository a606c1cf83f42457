import { moduleLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const first = "a".repeat(40);
const second = "b".repeat(40);
const repository = (commit: string): Readonly<Record<string, string>> => ({
  "go.mod": "module example.com/app\n\ngo 1.24.0\n",
  ".git/config": "[core]\n\tbare = false\n",
  ".git/packed-refs": `${commit} refs/tags/v1.0.0\n`,
});
const cached = {
  "$GOMODCACHE/cache/download/example.com/app/@v/v1.0.0.info": `{"Version":"v1.0.0","Origin":{"VCS":"git","Hash":"${first}"}}`,
};

export const rule: Rule = defineRule({
  id: "tag/moved",
  title: "a version's tag leads to another commit than it did",
  severity: "error",
  why: "Whoever has the version keeps the old files, and everybody else gets: verifying module: checksum mismatch, SECURITY ERROR. The checksum database never forgets the first one. A mistake is mended by the next version, and a retract line.",
  source: "https://go.dev/ref/mod#vcs-version; https://go.dev/doc/modules/publishing",
  examples: {
    bad: { ...repository(second), ...cached },
    good: { ...repository(first), ...cached },
    silent: {
      "the version was never fetched here": repository(second),
      "an annotated tag of the same commit": {
        ...repository(first),
        ...cached,
        ".git/packed-refs": `${second} refs/tags/v1.0.0\n^${first}\n`,
      },
    },
  },
  *check(facts) {
    for (const { dir, tag, was, now, version } of facts.movedTags) {
      const written = writtenModules(facts).find(({ module }) => module.dir === dir);
      if (written === undefined) continue;
      yield {
        ...moduleLine(written),
        message: `the tag ${tag} is ${now.slice(0, 12)} now, and ${version} was made of ${was.slice(0, 12)}: put it back (git tag -f ${tag} ${was.slice(0, 12)}), and release the change as the next version`,
      };
    }
  },
});
