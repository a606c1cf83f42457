import * as gover from "../../../gomod/gover.ts";
import { here } from "../../machineFacts.ts";
import { goLineSeen } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const main = { "main.go": "package main\n" };
const goMod = (version: string): string => `module example.com/app\n\ngo ${version}\n`;
const sdk = { "$HOME/sdk/VERSION": "go1.24.3\n" };

export const rule: Rule = defineRule({
  id: "env/go-too-old",
  title: "the go command here is older than go.mod asks for, and may not fetch another",
  severity: "error",
  why: "go.mod requires go >= 1.25.0 (running go 1.24.3; GOTOOLCHAIN=local). With GOTOOLCHAIN=auto, the default, it would fetch the one that is asked for.",
  source: "https://go.dev/doc/toolchain",
  examples: {
    bad: { ...main, ...sdk, "go.mod": goMod("1.25.0"), $ENV: "GOROOT=$HOME/sdk\nGOTOOLCHAIN=local\n" },
    good: { ...main, ...sdk, "go.mod": goMod("1.24.0"), $ENV: "GOROOT=$HOME/sdk\nGOTOOLCHAIN=local\n" },
    silent: {
      "it may fetch another": {
        ...main,
        ...sdk,
        "go.mod": goMod("1.25.0"),
        $ENV: "GOROOT=$HOME/sdk\nGOTOOLCHAIN=auto\n",
      },
      "nobody says otherwise": { ...main, ...sdk, "go.mod": goMod("1.25.0"), $ENV: "GOROOT=$HOME/sdk\n" },
    },
  },
  *check({ machine, go, text }) {
    const version = machine?.goVersion;
    const { value = "", from = "" } = machine?.setting("GOTOOLCHAIN") ?? {};
    if (version === undefined || !/^(local|path)$/.test(value)) return;
    for (const { go: wanted, dir } of go?.modules ?? []) {
      if (wanted === undefined || gover.compare(version, wanted) >= 0) continue;
      const file = dir === "." ? "go.mod" : `${dir}/go.mod`;
      yield {
        ...here,
        message: `Go here is ${version}, ${file} asks for ${wanted}, and GOTOOLCHAIN=${value} (from ${from}) keeps it from fetching that`,
        evidence: [goLineSeen(text, file)],
      };
    }
  },
});
