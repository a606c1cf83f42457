import { compare } from "../../../gomod/gover.ts";
import type { Fix } from "../../finding.ts";
import { placeOf, type WrittenModule, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "mod/directive-newer-than-go-line",
  title: "go.mod uses a directive that the Go of its go line cannot read",
  severity: "warning",
  why: "Who has just that version, as the line promises, reads: go: errors parsing go.mod: unknown directive: tool.",
  source: "https://go.dev/ref/mod#go-mod-file-grammar; release notes of Go 1.21, 1.23, 1.24, 1.25",
  examples: {
    bad: { "go.mod": "module example.com/app\n\ngo 1.22.0\n\ntool example.com/app/cmd/gen\n" },
    good: { "go.mod": "module example.com/app\n\ngo 1.24.0\n\ntool example.com/app/cmd/gen\n" },
    fixed: { "go.mod": "module example.com/app\n\ngo 1.24.0\n\ntool example.com/app/cmd/gen\n" },
    silent: {
      "a toolchain brings the newer Go": {
        "go.mod": "module example.com/app\n\ngo 1.22.0\n\ntoolchain go1.24.1\n\ntool example.com/app/cmd/gen\n",
      },
      "known since 1.11": { "go.mod": "module example.com/app\n\ngo 1.17\n\nexclude rsc.io/quote v1.0.0\n" },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { parsed } = written;
      const go = parsed.go?.version;
      if (go === undefined) continue;
      const toolchain = parsed.toolchain?.name.replace(/^go/, "") ?? go;
      const newer = [
        { since: "1.21", name: "toolchain", line: parsed.toolchain?.syntax },
        { since: "1.23", name: "godebug", line: parsed.godebug[0]?.syntax },
        { since: "1.24", name: "tool", line: parsed.tool[0]?.syntax },
        { since: "1.25", name: "ignore", line: parsed.ignore[0]?.syntax },
      ];
      for (const { since, name, line } of newer) {
        const has = name === "toolchain" ? go : compare(toolchain, go) > 0 ? toolchain : go;
        if (line === undefined || compare(has, since) >= 0) continue;
        yield {
          ...placeOf(written, line),
          message: `${name} is known since Go ${since}, and the go line says ${go}`,
          ...goLineFix(written, since),
        };
      }
    }
  },
});

/** Whoever builds it with an older Go can't do so any more, which they could not before either, but the language changes too. */
function goLineFix(written: WrittenModule, since: string): { readonly fix?: Fix } {
  const line = written.parsed.go?.syntax;
  if (line === undefined) return {};
  return {
    fix: { safe: false, title: `go ${since}.0`, edits: [{ ...placeOf(written, line), text: `go ${since}.0` }] },
  };
}
