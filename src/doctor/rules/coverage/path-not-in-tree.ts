import { coverageProblems } from "../../coverageProblems.ts";
import { defineRule, type Rule } from "../../rule.ts";

const tracefile = (file: string): string =>
  `TN:\nSF:${file}\nDA:1,1\nend_of_record\nSF:src/main.ts\nDA:1,0\nend_of_record\n`;
const files = { "src/main.ts": "", "src/shop/cart.ts": "" };
const go = { "go.mod": "module example.com/shop\n\ngo 1.24.0\n", "main.go": "package main\n\nfunc main() {}\n" };
const profile = (...names: readonly string[]): string =>
  `mode: set\n${names.map((name) => `${name}:3.20,5.2 1 0\n`).join("")}`;

export const rule: Rule = defineRule({
  id: "coverage/path-not-in-tree",
  title: "a coverage report names files that are not in the tree",
  severity: "warning",
  why: "They were moved or deleted after the tests ran: go tool cover ends with “no such file or directory”, genhtml with “cannot read”, and services that show coverage leave them out, so that the percentage is another one. Where git's history knows where they went, --fix names them as they are now.",
  source: "https://pkg.go.dev/golang.org/x/tools/cover#Profile; geninfo(1), TRACEFILE FORMAT",
  examples: {
    bad: { ...files, "coverage/lcov.info": tracefile("src/cart.ts") },
    good: { ...files, "coverage/lcov.info": tracefile("src/shop/cart.ts") },
    fixed: { "coverage/lcov.info": tracefile("src/shop/cart.ts") },
    silent: {
      "names from the package's folder": {
        "packages/web/src/cart.ts": "",
        "packages/web/src/main.ts": "",
        "packages/web/coverage/lcov.info": tracefile("src/cart.ts"),
      },
      "names with a dot before them": { ...files, "lcov.info": tracefile("./src/shop/cart.ts") },
      "what a build makes, of which nothing is here": { ...files, "coverage/lcov.info": tracefile("dist/bundle.js") },
      "what a bundler made up": { ...files, "coverage/lcov.info": tracefile("webpack://web/./src/cart.ts") },
      "somebody else's package": { ...files, "coverage/lcov.info": tracefile("node_modules/left/index.js") },
      "the names that Windows has": { ...files, "coverage/lcov.info": tracefile("src\\shop\\cart.ts") },
      "a Go module's": { ...go, "cover.out": profile("example.com/shop/main.go") },
      "read from the folder that the tool is called in": { ...go, "cover.out": profile("./gone.go") },
      "a test's own": { ...files, "test/fixtures/lcov.info": tracefile("src/cart.ts") },
      "a report of Istanbul's": {
        ...files,
        "coverage/coverage-final.json": `{"src/main.ts": {"path": "src/main.ts", "s": {}}}\n`,
      },
    },
  },
  *check(facts) {
    yield* coverageProblems(facts, "gone", (faults, { name }) => {
      const known = faults.filter(({ right }) => right !== undefined).length;
      const rest =
        known === faults.length
          ? ""
          : known === 0
            ? ", and nobody knows where they went"
            : `; of ${known} it is known where they went`;
      return `are not in the tree: ${name}${rest}`;
    });
  },
});
