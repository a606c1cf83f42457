import * as modfile from "../../../gomod/modfile.ts";
import { isConflictMarker } from "../../conflictMarkers.ts";
import { lineStart, lineText } from "../../places.ts";
import { defineRule, type Rule } from "../../rule.ts";

const main = { "main.go": "package main\n\nfunc main() {}\n" };

export const rule: Rule = defineRule({
  id: "mod/go-mod-broken",
  title: "go.mod or go.work is not one",
  severity: "error",
  why: "Every go command ends with the same lines, whatever it was asked for: go: errors parsing go.mod.",
  source: "https://go.dev/ref/mod#go-mod-file-grammar; golang.org/x/mod/modfile",
  examples: {
    bad: { ...main, "go.mod": "module example.com/app\n\ngo 1.24.0\n\nrequires example.com/a v1.0.0\n" },
    good: { ...main, "go.mod": "module example.com/app\n\ngo 1.24.0\n\nrequire example.com/a v1.0.0\n" },
    silent: {
      "a test's own, which may be broken on purpose": {
        ...main,
        "go.mod": "module example.com/app\n\ngo 1.24.0\n",
        "testdata/broken/go.mod": "modul x\n",
      },
      "nothing is required": { ...main, "go.mod": "module example.com/app\n" },
    },
  },
  *check({ files, text }) {
    for (const file of files.filter((each) => /(^|\/)go\.(mod|work)$/.test(each))) {
      const source = text(file);
      if (source === undefined) continue;
      try {
        if (file.endsWith(".mod")) modfile.parse(file, source);
        else modfile.parseWork(file, source);
      } catch (error) {
        if (!(error instanceof modfile.ErrorList)) throw error;
        const [first] = error.errors;
        if (first === undefined) continue;
        const line = Math.max(1, first.pos.line);
        const start = lineStart(source, line);
        const written = lineText(source, line);
        const more = error.errors.length > 1 ? `, and ${error.errors.length - 1} more` : "";
        yield {
          file,
          start,
          end: start + written.length,
          message: isConflictMarker(written)
            ? "a merge was left unfinished here: git marks what both sides changed. Decide, then go mod tidy"
            : `${modfile.formatError({ ...first, filename: "", pos: { ...first.pos, line: 0, column: 0 } })}${more}`,
        };
      }
    }
  },
});
