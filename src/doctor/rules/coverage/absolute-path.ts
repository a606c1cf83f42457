import { coverageProblems } from "../../coverageProblems.ts";
import { defineRule, type Rule } from "../../rule.ts";

const report = (folder: string): string =>
  `{"${folder}src/cart.ts": {"path": "${folder}src/cart.ts", "statementMap": {}, "s": {}},\n"${folder}src/main.ts": {"path": "${folder}src/main.ts", "statementMap": {}, "s": {}}}\n`;
const files = { "src/cart.ts": "", "src/main.ts": "" };
const tracefile = (...names: readonly string[]): string => names.map((name) => `SF:${name}\nend_of_record\n`).join("");

export const rule: Rule = defineRule({
  id: "coverage/absolute-path",
  title: "a coverage report has the folders of another machine in it",
  severity: "warning",
  why: "The report came from a CI job, an image or somebody else's checkout: here, and in the service that shows it, there are no such files. Reports that are put together from several jobs count each file once for each folder.",
  source:
    "https://docs.gitlab.com/ci/runners/configure_runners/ (CI_PROJECT_DIR); https://docs.github.com/actions/reference/workflows-and-actions/variables (GITHUB_WORKSPACE)",
  examples: {
    bad: { ...files, "coverage/coverage-final.json": report("/builds/team/shop/") },
    good: { ...files, "coverage/coverage-final.json": report("") },
    fixed: { "coverage/coverage-final.json": report("") },
    silent: {
      "nothing here is like it": {
        ...files,
        "coverage/coverage-final.json": report("/usr/lib/x/").replaceAll("src/", "lib/"),
      },
      "files of the system, beside those of the project": {
        ...files,
        "lcov.info": tracefile("/usr/include/stdio.h", "src/cart.ts"),
      },
      "one name of many, which may be chance": {
        "index.js": "",
        "lcov.info": tracefile("/opt/x/index.js", "/opt/x/a.js", "/opt/x/b.js"),
      },
      "relative names": { ...files, "lcov.info": tracefile("src/cart.ts") },
      "a test's own": { ...files, "fixtures/lcov.info": tracefile("/builds/team/shop/src/cart.ts") },
    },
  },
  *check(facts) {
    yield* coverageProblems(facts, "absolute", (_, { name, right = "" }) => {
      const folder = name.slice(0, Math.max(0, name.length - right.length));
      return `are named as another machine has them: ${right !== "" && name.endsWith(right) ? folder : name}`;
    });
  },
});
