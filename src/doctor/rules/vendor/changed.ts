import { differingLines, driftsOfKind } from "../../vendorDrifts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const sum = "rsc.io/quote v1.5.2 $SUM\nrsc.io/quote v1.5.2/go.mod h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=\n";
const files = {
  "$GOMODCACHE/rsc.io/quote@v1.5.2/quote.go": 'package quote\n\nfunc Hello() string { return "hello" }\n',
  "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n",
  "go.sum": sum,
  "vendor/modules.txt": "# rsc.io/quote v1.5.2\n## explicit\nrsc.io/quote\n",
};
const quote = "vendor/rsc.io/quote/quote.go";

export const rule: Rule = defineRule({
  id: "vendor/changed",
  title: "a vendored file is not the one that go.sum promises",
  severity: "error",
  why: "The go command compares nothing below vendor/ with go.sum, and go mod verify looks at the module cache alone (golang/go#27348): what is built is not what was released, and the next go mod vendor takes the change away without a word.",
  source: "https://go.dev/ref/mod#vendoring; golang/go#27348",
  examples: {
    bad: { ...files, [quote]: 'package quote\n\nfunc Hello() string { return "hallo" }\n' },
    good: { ...files, [quote]: files["$GOMODCACHE/rsc.io/quote@v1.5.2/quote.go"] },
    fixed: { [quote]: files["$GOMODCACHE/rsc.io/quote@v1.5.2/quote.go"] },
    silent: {
      "the module is not in the cache": {
        "go.mod": files["go.mod"],
        "go.sum": "rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=\n",
        "vendor/modules.txt": files["vendor/modules.txt"],
        [quote]: "package quote\n",
      },
      "what is in the cache is not what go.sum names": {
        ...files,
        "go.sum": "rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=\n",
        [quote]: "package quote\n",
      },
      "a folder takes the module's place": {
        ...files,
        "vendor/modules.txt": "# rsc.io/quote v1.5.2 => ./quote\n## explicit\nrsc.io/quote\n",
        [quote]: "package quote\n",
      },
    },
  },
  *check(facts) {
    for (const { file, module, version, vendored = "", original = "" } of driftsOfKind(facts, "changed")) {
      const onlyLineEnds = vendored.replaceAll("\r\n", "\n") === original.replaceAll("\r\n", "\n");
      yield {
        file,
        ...differingLines(vendored, original),
        ...(onlyLineEnds ? { severity: "warning" } : {}),
        message: onlyLineEnds
          ? `only the line ends differ from ${module} ${version}: git changes them here (core.autocrlf); "vendor/** -text" in .gitattributes stops it`
          : `this differs from ${module} ${version}: go mod vendor brings the original back; a change of one's own belongs in a fork and a replace line`,
        fix: {
          safe: false,
          title: `the file of ${module} ${version}`,
          edits: [{ file, start: 0, end: vendored.length, text: original }],
        },
      };
    }
  },
});
