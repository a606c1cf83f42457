import { coverageProblems } from "../../coverageProblems.ts";
import { defineRule, type Rule } from "../../rule.ts";

const profile = (module: string): string =>
  `mode: set\n${module}/main.go:5.13,7.2 1 1\n${module}/shop/cart.go:3.20,5.2 1 0\n`;
const files = {
  "go.mod": "module example.com/shop\n\ngo 1.24.0\n\nrequire rsc.io/quote v1.5.2\n",
  "main.go": "package main\n\nfunc main() {}\n",
  "shop/cart.go": "package shop\n",
};

export const rule: Rule = defineRule({
  id: "coverage/other-module",
  title: "a cover profile names files below a module path that go.mod no longer has",
  severity: "warning",
  why: "go tool cover ends with “cannot find package” or “no required module provides package”, and services that show coverage drop what they don't find. The module was renamed after the tests ran.",
  source: "https://pkg.go.dev/golang.org/x/tools/cover#Profile; cmd/cover/func.go, findPkgs",
  examples: {
    bad: { ...files, "cover.out": profile("example.com/old/store") },
    good: { ...files, "cover.out": profile("example.com/shop") },
    fixed: { "cover.out": profile("example.com/shop") },
    silent: {
      "a module that is required": {
        ...files,
        "cover.out": `${profile("example.com/shop")}rsc.io/quote/quote.go:3.20,5.2 1 0\n`,
      },
      "the standard library": {
        ...files,
        "cover.out": `${profile("example.com/shop")}net/http/shop/cart.go:3.20,5.2 1 0\n`,
      },
      "files that nothing here is like": { ...files, "cover.out": "mode: set\nexample.com/x/y.go:3.20,5.2 1 0\n" },
      "a folder that a test reads": { ...files, "testdata/cover.out": profile("example.com/old/store") },
      "something else of that name": { ...files, "cover.out": "example.com/old/store/main.go:5.13,7.2 1 1\n" },
      "no go.mod to compare with": { "cover.out": profile("example.com/old/store") },
      "a module in a folder": {
        ...files,
        "tools/go.mod": "module example.com/shop/tools\n\ngo 1.24.0\n",
        "tools/gen.go": "package tools\n",
        "cover.out": "mode: set\nexample.com/shop/tools/gen.go:3.20,5.2 1 0\n",
      },
    },
  },
  *check(facts) {
    const own = facts.go?.modules[0]?.path ?? "";
    yield* coverageProblems(
      facts,
      "other-module",
      (_, { name }) => `are below a module path that is gone: ${name}; go.mod says ${own}`,
    );
  },
});
