import { placeOf, requireFix, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = (version: string): string => `module example.com/app\n\ngo 1.24\n\nrequire example.com/lib ${version}\n`;
const cached = (version: string): Record<string, string> => ({
  "$GOMODCACHE/cache/download/example.com/lib/@v/v1.1.1.mod":
    "module example.com/lib\n\ngo 1.24\n\n// Writes to a closed file.\nretract [v1.0.0, v1.1.0]\n",
  "go.mod": goMod(version),
});

export const rule: Rule = defineRule({
  id: "mod/retracted",
  title: "a version is required that its authors took back",
  severity: "warning",
  why: "They say so in the newest version's go.mod, mostly for a bug that damages something. go build says nothing of it; only go list -m -u and go get do.",
  source: "https://go.dev/ref/mod#go-mod-file-retract",
  examples: {
    bad: cached("v1.1.0"),
    good: cached("v1.1.1"),
    fixed: { "go.mod": goMod("v1.1.1") },
    silent: {
      "nothing is known of it here": { "go.mod": goMod("v1.1.0") },
      replaced: {
        ...cached("v1.1.0"),
        "go.mod": `${goMod("v1.1.0")}\nreplace example.com/lib => example.com/fork v1.0.0\n`,
      },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      for (const require of written.parsed.require) {
        const { mod, syntax } = require;
        const known = facts.known.get(`${mod.path} ${mod.version}`);
        if (known?.retracted === undefined || written.parsed.replace.some(({ old }) => old.path === mod.path)) continue;
        yield {
          ...placeOf(written, syntax),
          message: `${mod.path} ${mod.version} was taken back (${known.retracted}): go get ${mod.path}@latest`,
          evidence: [
            { file: `${mod.path}@${known.latest ?? ""}/go.mod`, line: 1, text: `retract: ${known.retracted}` },
          ],
          ...(known.latest === undefined ? {} : requireFix(written, require, known.latest)),
        };
      }
    }
  },
});
