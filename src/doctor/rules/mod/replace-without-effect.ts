import { placeOf, wholeLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = (version: string): string =>
  `module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n\nreplace rsc.io/quote${version} => example.com/quote v1.5.3\n`;

export const rule: Rule = defineRule({
  id: "mod/replace-without-effect",
  title: "a replace line that replaces nothing",
  severity: "warning",
  why: "It names a version that is not the one in use: the fork or the fix that somebody put there is no longer built, and nobody was told.",
  source: "https://go.dev/ref/mod#go-mod-file-replace",
  examples: {
    bad: { "go.mod": goMod(" v1.5.1") },
    good: { "go.mod": goMod("") },
    fixed: { "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n\n" },
    silent: {
      "the version in use": { "go.mod": goMod(" v1.5.2") },
      "before Go 1.17 others' requirements are not listed": {
        "go.mod": "module example.com/app\n\ngo 1.16\n\nreplace rsc.io/quote v1.5.1 => example.com/quote v1.5.3\n",
      },
      "only others may need it": {
        "go.mod": "module example.com/app\n\ngo 1.24\n\nreplace rsc.io/quote => example.com/quote v1.5.3\n",
      },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { parsed, module, file } = written;
      if (Number(/^1\.(\d+)/.exec(module.go ?? "1.16")?.[1] ?? 16) < 17) continue;
      for (const { old, syntax } of parsed.replace) {
        const used = parsed.require.find(({ mod }) => mod.path === old.path)?.mod.version;
        if (old.version === "" || used === undefined || used === old.version) continue;
        const place = placeOf(written, syntax);
        yield {
          ...place,
          message: `${old.path} ${old.version} is replaced, and ${used} is what is built`,
          fix: {
            // Either the line goes, or the requirement goes back: only a person knows.
            safe: false,
            title: "take the line out",
            edits: [{ file, ...wholeLine(written, place), text: "" }],
          },
        };
      }
    }
  },
});
