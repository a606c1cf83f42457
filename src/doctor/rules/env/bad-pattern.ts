import { here, warningsOf } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module git.example.com/team/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
  "main.go": "package main\n",
};

export const rule: Rule = defineRule({
  id: "env/bad-pattern",
  title: "a pattern of private modules can match nothing",
  severity: "error",
  why: "A slash, a scheme or a port too many, and the pattern is of nothing: the module's name goes to the public proxy, and the download fails there.",
  source: "https://go.dev/ref/mod#private-modules; path.Match",
  examples: {
    bad: { ...files, $ENV: "GOPRIVATE=https://git.example.com\n" },
    good: { ...files, $ENV: "GOPRIVATE=git.example.com\n" },
    silent: {
      "a pattern with a star": { ...files, $ENV: "GOPRIVATE=*.example.com/team\n" },
    },
  },
  *check(facts) {
    for (const { message } of warningsOf(facts, "bad-pattern")) yield { ...here, message };
  },
});
