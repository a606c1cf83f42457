import { placeOf, requireFix, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const pseudo = "v1.1.1-0.20240102030405-0123456789ab";
const cached = {
  "$GOMODCACHE/cache/download/example.com/lib/@v/v1.2.0.info":
    '{"Version":"v1.2.0","Origin":{"VCS":"git","Hash":"0123456789abcdef0123456789abcdef01234567"}}',
};
const goMod = (version: string): string => `module example.com/app\n\ngo 1.24\n\nrequire example.com/lib ${version}\n`;

export const rule: Rule = defineRule({
  id: "mod/tag-of-pseudo-version",
  title: "a commit is required that has a version by now",
  severity: "advice",
  why: "A pseudo-version says nothing to whoever reads it, and go get -u passes over it as long as no release is higher. The same commit has a tag.",
  source: "https://go.dev/ref/mod#pseudo-versions",
  examples: {
    bad: { ...cached, "go.mod": goMod(pseudo) },
    good: { ...cached, "go.mod": goMod("v1.2.0") },
    fixed: { "go.mod": goMod("v1.2.0") },
    silent: {
      "another commit": { ...cached, "go.mod": goMod("v1.1.1-0.20240102030405-ba9876543210") },
      "nothing is known of it here": { "go.mod": goMod(pseudo) },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      for (const require of written.parsed.require) {
        const { mod, syntax } = require;
        const tag = facts.known.get(`${mod.path} ${mod.version}`)?.tag;
        if (tag === undefined) continue;
        yield {
          ...placeOf(written, syntax),
          message: `${mod.path} ${mod.version} is the commit of ${tag}: go get ${mod.path}@${tag}`,
          ...requireFix(written, require, tag),
        };
      }
    }
  },
});
