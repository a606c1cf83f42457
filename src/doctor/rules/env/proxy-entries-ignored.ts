import { here, warningsOf } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module git.example.com/team/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
  "main.go": "package main\n",
};

export const rule: Rule = defineRule({
  id: "env/proxy-entries-ignored",
  title: "GOPROXY names sources that are never asked",
  severity: "warning",
  why: "direct and off end the list: what stands behind them was meant to help, and never does.",
  source: "https://go.dev/ref/mod#module-proxy",
  examples: {
    bad: { ...files, $ENV: "GOPROXY=direct,https://proxy.example.com\n" },
    good: { ...files, $ENV: "GOPROXY=https://proxy.example.com,direct\n" },
    silent: {
      "direct alone": { ...files, $ENV: "GOPROXY=direct\n" },
    },
  },
  *check(facts) {
    for (const { message } of warningsOf(facts, "ignored-entries")) yield { ...here, message };
  },
});
