import { here, warningsOf } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module git.example.com/team/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
  "main.go": "package main\n",
};

export const rule: Rule = defineRule({
  id: "env/setting-unknown",
  title: "a setting that the go command does not know, or no longer knows",
  severity: "warning",
  why: "It is set and does nothing: GONOSUMCHECK is none (GONOSUMDB is), -insecure in GOFLAGS was dropped in Go 1.17.",
  source: "https://pkg.go.dev/cmd/go#hdr-Environment_variables",
  examples: {
    bad: { ...files, $ENV: "GONOSUMCHECK=1\n" },
    good: { ...files, $ENV: "GONOSUMDB=git.example.com\n" },
    silent: {
      "flags that it knows": { ...files, $ENV: "GOFLAGS=-trimpath\n" },
    },
  },
  *check(facts) {
    for (const { message } of warningsOf(facts, "no-such-setting", "bad-goflags")) yield { ...here, message };
  },
});
