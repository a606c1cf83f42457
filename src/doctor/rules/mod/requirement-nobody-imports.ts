import { isOf, placeOf, wholeLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = (required: string): string => `module example.com/app\n\ngo 1.24\n\n${required}`;
const main = "package main\n\nfunc main() {}\n";

export const rule: Rule = defineRule({
  id: "mod/requirement-nobody-imports",
  title: "a module is required that no file imports",
  severity: "warning",
  why: "It is downloaded, checked for vulnerabilities and upgraded for nothing. go mod tidy takes it out, or marks it // indirect where others need it.",
  source: "https://go.dev/ref/mod#go-mod-tidy",
  examples: {
    bad: { "go.mod": goMod("require rsc.io/quote v1.5.2\n"), "main.go": main },
    good: {
      "go.mod": goMod("require rsc.io/quote v1.5.2\n"),
      "main.go": 'package main\n\nimport _ "rsc.io/quote"\n\nfunc main() {}\n',
    },
    fixed: { "go.mod": goMod("") },
    silent: {
      "others need it": { "go.mod": goMod("require rsc.io/quote v1.5.2 // indirect\n"), "main.go": main },
      "a test imports it": {
        "go.mod": goMod("require rsc.io/quote v1.5.2\n"),
        "main.go": main,
        "main_test.go": 'package main\n\nimport _ "rsc.io/quote"\n',
      },
      "for another system": {
        "go.mod": goMod("require golang.org/x/sys v0.20.0\n"),
        "main.go": main,
        "main_windows.go": 'package main\n\nimport _ "golang.org/x/sys/windows"\n',
      },
      "a tool of it is run": {
        "go.mod": goMod("require rsc.io/quote v1.5.2\n\ntool rsc.io/quote/cmd/q\n"),
        "main.go": main,
      },
      "no Go files to judge by": { "go.mod": goMod("require rsc.io/quote v1.5.2\n") },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { module, parsed, imports } = written;
      const isEmpty = facts.go?.packages.every(({ moduleDir }) => moduleDir !== module.dir) !== false;
      if (isEmpty) continue;
      const wanted = [...imports.keys(), ...parsed.tool.map(({ path }) => path)];
      for (const { mod, indirect, syntax } of parsed.require) {
        if (indirect || wanted.some((path) => isOf(path, mod.path))) continue;
        const place = placeOf(written, syntax);
        yield {
          ...place,
          message: `no file of this module imports a package of ${mod.path}: go mod tidy`,
          fix: {
            safe: false,
            title: `take ${mod.path} out`,
            edits: [{ file: written.file, ...wholeLine(written, place), text: "" }],
          },
        };
      }
    }
  },
});
