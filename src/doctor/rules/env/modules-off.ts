import { here, warningsOf } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module git.example.com/team/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
  "main.go": "package main\n",
};

export const rule: Rule = defineRule({
  id: "env/modules-off",
  title: "modules are switched off on this machine",
  severity: "error",
  why: "The go command reads no go.mod then, and looks for every import below GOPATH/src. A go env -w of years ago is enough: it holds in every shell and in every project.",
  source: "https://go.dev/ref/mod#mod-commands",
  examples: {
    bad: { ...files, $ENV: "GO111MODULE=off\n" },
    good: { ...files, $ENV: "GO111MODULE=on\n" },
    silent: {
      "a machine that builds nothing here": files,
    },
  },
  *check(facts) {
    for (const { message } of warningsOf(facts, "modules-off")) yield { ...here, message };
  },
});
