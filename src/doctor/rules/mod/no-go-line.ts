import { moduleLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "mod/no-go-line",
  title: "go.mod has no go line",
  severity: "warning",
  why: "The go command takes it for Go 1.16: no module graph pruning, no generics, the old meaning of loop variables; and with -mod=mod it writes a line of its own.",
  source: "https://go.dev/ref/mod#go-mod-file-go",
  examples: {
    bad: { "go.mod": "module example.com/app\n", "main.go": "package main\n" },
    good: { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n" },
    fixed: { "go.mod": "module example.com/app\n\ngo 1.16\n" },
    silent: {
      "an example's": { "go.mod": "module example.com/app\n\ngo 1.24\n", "testdata/go.mod": "module x\n" },
      "no Go in it: it only keeps a folder out of the module": {
        "go.mod": "module example.com/app\n\ngo 1.24\n",
        "web/go.mod": "module example.com/app/web\n",
      },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { module, parsed, file } = written;
      if (parsed.go !== undefined || facts.go?.packages.every(({ moduleDir }) => moduleDir !== module.dir) === true)
        continue;
      yield {
        ...moduleLine(written),
        ...(parsed.module === undefined
          ? {}
          : {
              fix: {
                // It is what holds already: written down, somebody may change it.
                safe: true,
                title: "go 1.16, which is what holds without a line",
                edits: [{ file, start: moduleLine(written).end, end: moduleLine(written).end, text: "\n\ngo 1.16" }],
              },
            }),
        message: `${file} says no Go version: go mod edit -go=1.24, or whichever is the oldest that builds it`,
      };
    }
  },
});
