import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n" };

export const rule: Rule = defineRule({
  id: "env/folder-unusable",
  title: "the go command can't write where it keeps its caches",
  severity: "error",
  why: "It ends with: failed to initialize build cache at …: permission denied, or could not create module cache. A sudo go once is enough: what root made, nobody else may write to.",
  source: "cmd/go/internal/cache/default.go; cmd/go/internal/modload/init.go",
  examples: {
    bad: { ...files, "$HOME/cache": "a file\n", $ENV: "GOCACHE=$HOME/cache/go-build\n" },
    good: { ...files, $ENV: "GOCACHE=$HOME/cache/go-build\n" },
    silent: {
      "no cache is wanted": { ...files, $ENV: "GOCACHE=off\n" },
      "folders that are not there yet": { ...files, $ENV: "GOPATH=$HOME/some/where/else\n" },
    },
  },
  *check({ machine }) {
    for (const { variable, path, fault } of machine?.folders ?? []) {
      if (fault === undefined) continue;
      yield {
        ...here,
        message: `${variable} is ${path}, which ${fault}${fault.includes("belongs to root") ? `: sudo chown -R "$(id -u)" ${path}` : `: go env -w ${variable}=FOLDER names another one`}`,
      };
    }
  },
});
