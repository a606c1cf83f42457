import { placeOf, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = (more = ""): string => `module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0${more}\n`;
const cached = (comment: string): Record<string, string> => ({
  "$GOMODCACHE/cache/download/example.com/lib/@v/v1.2.0.mod": `${comment}module example.com/lib\n\ngo 1.24\n`,
});

export const rule: Rule = defineRule({
  id: "mod/deprecated",
  title: "a module is required that its authors no longer look after",
  severity: "advice",
  why: "They say so in its go.mod, and mostly what to take instead. Faults that are found from now on stay in it.",
  source: "https://go.dev/ref/mod#go-mod-file-module-deprecation",
  examples: {
    bad: { ...cached("// Deprecated: use example.com/lib/v2 instead.\n"), "go.mod": goMod() },
    good: { ...cached(""), "go.mod": goMod() },
    silent: {
      "only something else requires it": {
        ...cached("// Deprecated: use example.com/lib/v2 instead.\n"),
        "go.mod": goMod(" // indirect"),
      },
      "nothing is known of it here": { "go.mod": goMod() },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      for (const { mod, indirect, syntax } of written.parsed.require) {
        const known = indirect ? undefined : facts.known.get(`${mod.path} ${mod.version}`);
        if (known?.deprecated === undefined) continue;
        yield { ...placeOf(written, syntax), message: `${mod.path} is deprecated: ${known.deprecated}` };
      }
    }
  },
});
