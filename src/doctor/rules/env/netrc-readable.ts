import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n", $ENV: "GOFLAGS=\n" };
const login = "machine git.example.com login me password word\n";

export const rule: Rule = defineRule({
  id: "env/netrc-readable",
  title: "a file with credentials can be read by others on this machine",
  severity: "warning",
  why: "Every other user, and every container that the folder is mounted into, has the tokens in it. Some tools refuse such a file and say nothing.",
  source: "https://everything.curl.dev/usingcurl/netrc; https://docs.npmjs.com/cli/configuring-npm/npmrc#files",
  examples: {
    bad: { ...files, "$HOME/.netrc 644": login },
    good: { ...files, "$HOME/.netrc 600": login },
    silent: {
      "there is none": files,
      "an .npmrc without a secret": { ...files, "$HOME/.npmrc 644": "@acme:registry=https://npm.example.com/\n" },
      "a token from the environment": {
        ...files,
        "$HOME/.npmrc 644": "//npm.example.com/:_authToken=${NPM_TOKEN}\n",
      },
    },
  },
  *check({ machine }) {
    for (const each of [machine?.netrc, machine?.npmrc])
      if (each?.isOpen === true)
        yield { ...here, message: `${each.file} can be read by others: chmod 600 ${each.file}` };
  },
});
