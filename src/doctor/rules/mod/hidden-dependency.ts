import { isOf, placeOf, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = (required: string): string =>
  `module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2${required}\n`;
const main = 'package main\n\nimport _ "rsc.io/quote"\n\nfunc main() {}\n';

export const rule: Rule = defineRule({
  id: "mod/hidden-dependency",
  title: "a module that is imported is marked // indirect",
  severity: "warning",
  why: "The mark says that only others need it. Who tidies after they stopped needing it, or reads the list of dependencies, is misled; go mod tidy changes the file, and CI that checks for that fails.",
  source: "https://go.dev/ref/mod#go-mod-file-require",
  examples: {
    bad: { "go.mod": goMod(" // indirect"), "main.go": main },
    good: { "go.mod": goMod(""), "main.go": main },
    fixed: { "go.mod": goMod("") },
    silent: {
      "only others import it": { "go.mod": goMod(" // indirect"), "main.go": "package main\n\nfunc main() {}\n" },
      "a file that no build takes": {
        "go.mod": goMod(" // indirect"),
        "main.go": "package main\n\nfunc main() {}\n",
        "gen.go": `//go:build ignore\n\n${main}`,
      },
      "another module has the package": {
        "go.mod":
          "module example.com/app\n\ngo 1.24\n\nrequire (\n\trsc.io/quote v1.5.2 // indirect\n\trsc.io/quote/v3 v3.1.0\n)\n",
        "main.go": main.replace("quote", "quote/v3"),
      },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { parsed, imports, text, file } = written;
      for (const { mod, indirect, syntax } of parsed.require) {
        if (!indirect) continue;
        // The longest path has the package.
        const importer = [...imports.values()].find(
          ({ path }) =>
            isOf(path, mod.path) &&
            !parsed.require.some((other) => other.mod.path.length > mod.path.length && isOf(path, other.mod.path)),
        );
        if (importer === undefined) continue;
        const place = placeOf(written, syntax);
        const line = text.slice(place.start, place.end);
        const mark = /\s*\/\/ indirect(?:;\s*(?=\S)|$)/.exec(line);
        const rest = mark === null ? "" : line.slice(mark.index + mark[0].length);
        yield {
          ...place,
          message: `${importer.file} imports ${importer.path}: ${mod.path} is needed here, and not by others alone`,
          ...(mark === null
            ? {}
            : {
                fix: {
                  safe: true,
                  title: "take the mark off",
                  edits: [
                    { file, start: place.start + mark.index, end: place.end, text: rest === "" ? "" : ` // ${rest}` },
                  ],
                },
              }),
        };
      }
    }
  },
});
