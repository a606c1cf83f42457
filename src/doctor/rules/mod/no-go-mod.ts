import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "mod/no-go-mod",
  title: "Go files, and no go.mod",
  severity: "error",
  why: "Since Go 1.16 the go command wants a module: go: go.mod file not found in current directory or any parent directory.",
  source: "https://go.dev/ref/mod#go-mod-init; https://go.dev/blog/go116-module-changes",
  examples: {
    bad: { "main.go": "package main\n\nfunc main() {}\n" },
    good: { "main.go": "package main\n\nfunc main() {}\n", "go.mod": "module example.com/app\n\ngo 1.24\n" },
    silent: {
      "the module is in a folder": { "app/go.mod": "module example.com/app\n", "tools/x.go": "package tools\n" },
      "an example's": { "testdata/main.go": "package main\n" },
    },
  },
  *check({ files, text }) {
    if (files.some((file) => /(^|\/)go\.(mod|work)$/.test(file))) return;
    const first = files.find((file) => file.endsWith(".go") && text(file) !== undefined);
    const clause = /^package \w+/m.exec(text(first ?? "") ?? "");
    if (first === undefined || clause === null) return;
    yield {
      file: first,
      start: clause.index,
      end: clause.index + clause[0].length,
      message: "nothing here is a module: go mod init example.com/your/module, then go mod tidy",
    };
  },
});
