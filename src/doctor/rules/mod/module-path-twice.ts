import { moduleLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const lib = "module example.com/lib\n\ngo 1.24.0\n";

export const rule: Rule = defineRule({
  id: "mod/module-path-twice",
  title: "two go.mod files of the repository name the same module",
  severity: "warning",
  why: "A workspace with both ends with: module example.com/lib appears multiple times in workspace; and no tag can say which one is meant.",
  source: "https://go.dev/ref/mod#workspaces",
  examples: {
    bad: { "a/go.mod": lib, "b/go.mod": lib },
    good: { "a/go.mod": lib, "b/go.mod": lib.replace("lib", "lib/b") },
    silent: { "an example's copy": { "go.mod": lib, "testdata/go.mod": lib }, "one alone": { "go.mod": lib } },
  },
  *check(facts) {
    const all = writtenModules(facts);
    for (const [index, written] of all.entries()) {
      const first = all.slice(0, index).find(({ module }) => module.path === written.module.path);
      if (first === undefined) continue;
      const inWorkspace = [first, written].every(
        ({ module }) => facts.go?.workspace?.use.includes(module.dir) === true,
      );
      yield {
        ...moduleLine(written),
        severity: inWorkspace ? "error" : "warning",
        message: `${first.file} names ${written.module.path} too`,
        evidence: [
          { file: first.file, line: first.parsed.module?.syntax.start.line ?? 1, text: `module ${first.module.path}` },
        ],
      };
    }
  },
});
