import { here, warningsOf } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module git.example.com/team/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
  "main.go": "package main\n",
};

export const rule: Rule = defineRule({
  id: "env/checksums-off",
  title: "the checksum database is switched off for everything",
  severity: "warning",
  why: "What go.sum has no line for yet is taken unverified, from whoever answers: a moved tag, or a proxy that lies, is noticed by nobody.",
  source: "https://go.dev/ref/mod#checksum-database",
  examples: {
    bad: { ...files, $ENV: "GOSUMDB=off\nGOPROXY=https://proxy.example.com\n" },
    good: { ...files, $ENV: "GOPROXY=https://proxy.example.com\n" },
    silent: {
      "only for what is private": { ...files, $ENV: "GONOSUMDB=git.example.com\nGOPROXY=https://proxy.example.com\n" },
    },
  },
  *check(facts) {
    for (const { message } of warningsOf(facts, "unverified")) yield { ...here, message };
  },
});
