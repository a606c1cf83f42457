import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n", $ENV: "GOFLAGS=\n" };

export const rule: Rule = defineRule({
  id: "env/netrc-incomplete",
  title: ".netrc names a machine, and no login that counts",
  severity: "warning",
  why: "The go command takes a line of .netrc once it has all three of machine, login and password, in pairs of words; what stands behind default it never reads. The download then goes on without credentials, and fails in words about something else.",
  source: "cmd/go/internal/auth/netrc.go",
  examples: {
    bad: { ...files, "$HOME/.netrc 600": "machine git.example.com login token-without-password\n" },
    good: { ...files, "$HOME/.netrc 600": "machine git.example.com login me password word\n" },
    silent: {
      "over several lines": { ...files, "$HOME/.netrc 600": "machine git.example.com\n  login me\n  password word\n" },
      "there is none": files,
    },
  },
  *check({ machine }) {
    const { file = "", broken = [] } = machine?.netrc ?? {};
    for (const name of broken)
      yield {
        ...here,
        message: `${file} names ${name} without both login and password, or behind default: the go command has nothing for it`,
      };
  },
});
