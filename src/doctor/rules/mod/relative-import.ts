import { moduleLine, writtenModules } from "../../goModules.ts";
import { under } from "../../../repo/goPackages.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = "module example.com/app\n\ngo 1.24.0\n";

export const rule: Rule = defineRule({
  id: "mod/relative-import",
  title: "a package is imported by a relative path",
  severity: "error",
  why: 'In a module the go command refuses it: "./lib" is relative, but relative import paths are not supported in module mode.',
  source: "https://pkg.go.dev/cmd/go#hdr-Import_path_syntax",
  examples: {
    bad: {
      "go.mod": goMod,
      "main.go": 'package main\n\nimport _ "./lib"\n\nfunc main() {}\n',
      "lib/lib.go": "package lib\n",
    },
    good: {
      "go.mod": goMod,
      "main.go": 'package main\n\nimport _ "example.com/app/lib"\n\nfunc main() {}\n',
      "lib/lib.go": "package lib\n",
    },
    silent: {
      "not built": { "go.mod": goMod, "main.go": "package main\n", "_old/x.go": 'package x\n\nimport "./y"\n' },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      for (const { dir, moduleDir, files } of facts.go?.packages ?? []) {
        if (moduleDir !== written.module.dir) continue;
        for (const [name, { header }] of files) {
          const relative = header.imports.find(({ path }) => /^\.\.?(\/|$)/.test(path));
          if (relative === undefined) continue;
          yield {
            ...moduleLine(written),
            message: `${under(dir, name)} imports "${relative.path}": write the path in full, from ${written.module.path}`,
            evidence: [{ file: under(dir, name), line: 1, text: `import "${relative.path}"` }],
          };
        }
      }
    }
  },
});
