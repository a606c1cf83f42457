import { moduleLine, writtenModules } from "../../goModules.ts";
import { under } from "../../../repo/goPackages.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.work": "go 1.24.0\n\nuse (\n\t./app\n\t./lib\n)\n",
  "app/go.mod": "module example.com/app\n\ngo 1.24.0\n",
  "lib/go.mod": "module example.com/lib\n\ngo 1.24.0\n",
  "lib/internal/db/db.go": "package db\n",
  "lib/lib.go": 'package lib\n\nimport _ "example.com/lib/internal/db"\n',
};
const main = (path: string): string => `package main\n\nimport _ "${path}"\n\nfunc main() {}\n`;

export const rule: Rule = defineRule({
  id: "internal/used-from-outside",
  title: "an internal package is imported from outside of its parent",
  severity: "error",
  why: "use of internal package example.com/lib/internal/db not allowed. Neither a replace line nor a workspace makes the other module one's own.",
  source: "https://go.dev/doc/go1.4#internalpackages; cmd/go/internal/load, disallowInternal",
  examples: {
    bad: { ...files, "app/main.go": main("example.com/lib/internal/db") },
    good: { ...files, "app/main.go": main("example.com/lib") },
    silent: {
      "below the same parent": {
        "go.mod": "module example.com/app\n\ngo 1.24.0\n",
        "cmd/x/main.go": main("example.com/app/internal/db"),
        "internal/db/db.go": "package db\n",
      },
      "a nested module whose path is below": {
        "go.mod": "module example.com/app\n\ngo 1.24.0\n",
        "internal/db/db.go": "package db\n",
        "tool/go.mod": "module example.com/app/tool\n\ngo 1.24.0\n\nrequire example.com/app v1.0.0\n",
        "tool/main.go": main("example.com/app/internal/db"),
      },
      "a word that only contains it": {
        "go.mod": "module example.com/app\n\ngo 1.24.0\n\nrequire example.com/internals v1.0.0\n",
        "main.go": main("example.com/internals/x"),
      },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      // The standard library's packages are not called after their module.
      if (written.module.path === "std") continue;
      for (const { dir, moduleDir, importPath, allFiles, tests } of facts.go?.packages ?? []) {
        if (moduleDir !== written.module.dir) continue;
        for (const [name, { header }] of [...allFiles, ...tests]) {
          const used = header.imports.find(({ path }) => !mayUse(importPath, path));
          if (used === undefined) continue;
          yield {
            ...moduleLine(written),
            message: `${under(dir, name)} imports ${used.path}, which only ${parentOf(used.path) ?? ""} and what is below may`,
            evidence: [{ file: under(dir, name), line: 1, text: `import "${used.path}"` }],
          };
        }
      }
    }
  },
});

/** What stands before the last element `internal`; undefined for a path without one. */
function parentOf(path: string): string | undefined {
  const at = `/${path}/`.lastIndexOf("/internal/");
  return at < 0 ? undefined : path.slice(0, Math.max(0, at - 1));
}

function mayUse(importer: string, path: string): boolean {
  const parent = parentOf(path);
  // The standard library's own is refused in other words, and `internal` of cmd is none of a module's.
  if (parent === undefined) return true;
  return importer === parent || importer.startsWith(`${parent}/`) || (parent === "" && !path.includes("."));
}
