import { posix } from "node:path";
import { moduleLine, placeOf, writtenModules } from "../../goModules.ts";
import { driftsOfKind } from "../../vendorDrifts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "$GOMODCACHE/rsc.io/quote@v1.5.2/quote.go": "package quote\n",
  "$GOMODCACHE/rsc.io/quote@v1.5.2/more.go": "package quote\n\nfunc More() {}\n",
  "$GOMODCACHE/rsc.io/quote@v1.5.2/gen.go": "//go:build ignore\n\npackage main\n",
  "$GOMODCACHE/rsc.io/quote@v1.5.2/quote_test.go": "package quote\n",
  "$GOMODCACHE/rsc.io/quote@v1.5.2/other/other.go": "package other\n",
  "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n",
  "go.sum": "rsc.io/quote v1.5.2 $SUM\n",
  "vendor/modules.txt": "# rsc.io/quote v1.5.2\n## explicit\nrsc.io/quote\n",
  "vendor/rsc.io/quote/quote.go": "package quote\n",
};

export const rule: Rule = defineRule({
  id: "vendor/missing-file",
  title: "a Go file of a vendored package is not there",
  severity: "error",
  why: "The package compiles without it, or not, on one system or on all; mostly a line of .gitignore kept it from being committed.",
  source: "https://go.dev/ref/mod#vendoring; cmd/go/internal/modcmd/vendor.go",
  examples: {
    bad: files,
    good: { ...files, "vendor/rsc.io/quote/more.go": "package quote\n\nfunc More() {}\n" },
    silent: {
      "a package that is not vendored": {
        ...files,
        "vendor/rsc.io/quote/more.go": "package quote\n\nfunc More() {}\n",
        "$GOMODCACHE/rsc.io/quote@v1.5.2/third/third.go": "package third\n",
      },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const folder = posix.join(written.module.dir, "vendor");
      for (const { file, module, version, required } of driftsOfKind(facts, "missing")) {
        if (!file.startsWith(`${folder}/`)) continue;
        const line = written.parsed.require.find(({ mod }) => mod.path === required)?.syntax;
        yield {
          ...(line === undefined ? moduleLine(written) : placeOf(written, line)),
          message: `${file} is of ${module} ${version}, and not here: go mod vendor, and git check-ignore -v ${file}`,
        };
      }
    }
  },
});
