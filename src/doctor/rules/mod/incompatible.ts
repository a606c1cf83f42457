import { placeOf, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = (version: string): string =>
  `module example.com/app\n\ngo 1.24\n\nrequire github.com/go-chi/chi${version}\n`;
const main = 'package main\n\nimport _ "github.com/go-chi/chi"\n\nfunc main() {}\n';

export const rule: Rule = defineRule({
  id: "mod/incompatible",
  title: "a +incompatible version is required",
  severity: "advice",
  why: "The repository had no go.mod at that version: nobody promises that the next one of the same path is compatible, and its own dependencies are not recorded.",
  source: "https://go.dev/ref/mod#non-module-compat",
  examples: {
    bad: { "go.mod": goMod(" v4.1.2+incompatible"), "main.go": main },
    good: { "go.mod": goMod("/v5 v5.0.12"), "main.go": main.replace('chi"', 'chi/v5"') },
    silent: {
      "only others need it": { "go.mod": goMod(" v4.1.2+incompatible // indirect"), "main.go": main },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      for (const { mod, indirect, syntax } of written.parsed.require) {
        if (indirect || !mod.version.endsWith("+incompatible")) continue;
        const major = /^v(\d+)/.exec(mod.version)?.[1] ?? "";
        yield {
          ...placeOf(written, syntax),
          message: `${mod.path} ${mod.version} is from before it was a module: see whether ${mod.path}/v${major} or a later one exists (go list -m -versions)`,
        };
      }
    }
  },
});
