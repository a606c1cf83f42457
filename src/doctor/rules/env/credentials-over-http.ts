import { here, warningsOf } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module git.example.com/team/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
  "main.go": "package main\n",
};

export const rule: Rule = defineRule({
  id: "env/credentials-over-http",
  title: "the credentials of a module proxy would go over plain http",
  severity: "error",
  why: "The go command refuses to send them (refusing to pass credentials to insecure URL), and so never asks that proxy.",
  source: "cmd/go/internal/web/http.go",
  examples: {
    bad: { ...files, $ENV: "GOPROXY=http://user:word@proxy.example.com\n" },
    good: { ...files, $ENV: "GOPROXY=https://user:word@proxy.example.com\n" },
    silent: {
      "no credentials": { ...files, $ENV: "GOPROXY=http://proxy.example.com\n" },
    },
  },
  *check(facts) {
    for (const { message } of warningsOf(facts, "insecure-credentials")) yield { ...here, message };
  },
});
