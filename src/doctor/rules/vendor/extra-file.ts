import { driftsOfKind } from "../../vendorDrifts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "$GOMODCACHE/rsc.io/quote@v1.5.2/quote.go": "package quote\n",
  "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n",
  "go.sum": "rsc.io/quote v1.5.2 $SUM\n",
  "vendor/modules.txt": "# rsc.io/quote v1.5.2\n## explicit\nrsc.io/quote\n",
  "vendor/rsc.io/quote/quote.go": "package quote\n",
};

export const rule: Rule = defineRule({
  id: "vendor/extra-file",
  title: "a vendored module has a file that was never released",
  severity: "error",
  why: "A Go file there is compiled into the program like any other, and nobody reviewed it with the module; the next go mod vendor removes it without a word.",
  source: "https://go.dev/ref/mod#vendoring; golang/go#27348",
  examples: {
    bad: { ...files, "vendor/rsc.io/quote/patch.go": "package quote\n\nfunc init() {}\n" },
    good: files,
    silent: {
      "another tool's list beside the modules": { ...files, "vendor/README": "" },
      "nothing is known of the module here": {
        "go.mod": files["go.mod"],
        "go.sum": "rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=\n",
        "vendor/modules.txt": files["vendor/modules.txt"],
        "vendor/rsc.io/quote/patch.go": "package quote\n",
      },
    },
  },
  *check(facts) {
    for (const { file, module, version, vendored = "" } of driftsOfKind(facts, "extra")) {
      yield {
        file,
        start: 0,
        end: vendored.length,
        // What is not compiled does less harm: a BUILD file of another tool, a note.
        ...(/\.(go|s|c|h|cc|cpp|syso)$/.test(file) ? {} : { severity: "advice" }),
        message: `${module} ${version} has no such file`,
      };
    }
  },
});
