import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n" };

export const rule: Rule = defineRule({
  id: "env/mod-flag",
  title: "GOFLAGS on this machine sets -mod",
  severity: "warning",
  why: "Here every build takes modules another way than in CI and for the others: -mod=mod changes go.mod in passing, -mod=vendor fails where nothing is vendored. It works on one machine.",
  source: "https://go.dev/ref/mod#build-commands; https://pkg.go.dev/cmd/go#hdr-Environment_variables",
  examples: {
    bad: { ...files, $ENV: "GOFLAGS=-mod=mod\n" },
    good: { ...files, $ENV: "GOFLAGS=-trimpath\n" },
    silent: {
      "readonly is what holds anyway": { ...files, $ENV: "GOFLAGS=-mod=readonly\n" },
      "everything is vendored": { ...files, "vendor/modules.txt": "", $ENV: "GOFLAGS=-mod=vendor\n" },
    },
  },
  *check({ machine, go }) {
    const { value = "", from = "" } = machine?.setting("GOFLAGS") ?? {};
    const flag = /(?:^|\s)--?mod=(mod|vendor)\b/.exec(value)?.[1];
    if (flag === undefined || go === undefined) return;
    if (flag === "vendor" && go.modules.some(({ hasVendor }) => hasVendor)) return;
    yield {
      ...here,
      message: `GOFLAGS (from ${from}) has -mod=${flag}: ${from === "the environment" ? "unset it" : "go env -u GOFLAGS"}, and write it where one command needs it`,
    };
  },
});
