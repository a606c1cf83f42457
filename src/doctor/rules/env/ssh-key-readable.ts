import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n", $ENV: "GOFLAGS=\n" };

export const rule: Rule = defineRule({
  id: "env/ssh-key-readable",
  title: "ssh refuses a key that others may read",
  severity: "error",
  why: "WARNING: UNPROTECTED PRIVATE KEY FILE! The key is passed over, and what git says then is: Permission denied (publickey).",
  source: "https://man.openbsd.org/ssh (FILES, ~/.ssh/id_rsa)",
  examples: {
    bad: { ...files, "$HOME/.ssh/id_ed25519 644": "a key\n" },
    good: { ...files, "$HOME/.ssh/id_ed25519 600": "a key\n" },
    silent: {
      "the public half": { ...files, "$HOME/.ssh/id_ed25519.pub 644": "a key\n" },
      "there is none": files,
    },
  },
  *check({ machine }) {
    for (const file of machine?.openKeys ?? [])
      yield { ...here, message: `${file} can be read by others, and ssh does not take it: chmod 600 ${file}` };
  },
});
