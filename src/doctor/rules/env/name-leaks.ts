import { here, warningsOf } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module git.example.com/team/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
  "main.go": "package main\n",
};

export const rule: Rule = defineRule({
  id: "env/name-leaks",
  title: "a private module is asked for in public",
  severity: "error",
  why: "GOPRIVATE says that nobody else may hear of the path, and another setting takes that back: the checksum database answers 410 Gone, and keeps the name.",
  source: "https://go.dev/ref/mod#private-modules; golang/go#35164",
  examples: {
    bad: {
      ...files,
      $ENV: "GOPRIVATE=git.example.com\nGONOSUMDB=other.example.com\nGOPROXY=direct\nGOSUMDB=sum.golang.org\n",
    },
    good: { ...files, $ENV: "GOPRIVATE=git.example.com\nGOPROXY=direct\nGOSUMDB=sum.golang.org\n" },
    silent: {
      "nothing is private": { ...files, $ENV: "GOPROXY=direct\nGOSUMDB=sum.golang.org\n" },
    },
  },
  *check(facts) {
    for (const { message } of warningsOf(facts, "name-to-checksum-database", "name-to-proxy"))
      yield { ...here, message };
  },
});
