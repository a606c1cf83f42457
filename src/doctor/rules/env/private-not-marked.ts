import { looksPrivate, privatePattern } from "../../../repo/privatePath.ts";
import { matchOf } from "../../../repo/goSettings.ts";
import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire git.corp.internal/team/lib v1.0.0\n",
  "main.go": "package main\n",
};

export const rule: Rule = defineRule({
  id: "env/private-not-marked",
  title: "a module that looks private is not named by GOPRIVATE",
  severity: "warning",
  why: "Its name goes to the public proxy and to the checksum database, which know nothing of it: 404 Not Found, 410 Gone, and the name is in their logs.",
  source: "https://go.dev/ref/mod#private-modules; golang/go#35164",
  examples: {
    bad: { ...files, $ENV: "GOPROXY=https://proxy.example.com,direct\n" },
    good: { ...files, $ENV: "GOPROXY=https://proxy.example.com,direct\nGOPRIVATE=*.corp.internal\n" },
    silent: {
      "a proxy on this machine knows what to do": {
        ...files,
        $ENV: "GOPROXY=http://127.0.0.1:7300\nGONOSUMDB=*.internal\n",
      },
      "a public host": {
        ...files,
        "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
        $ENV: "GOPROXY=https://proxy.example.com,direct\n",
      },
    },
  },
  *check({ machine, go }) {
    if (machine === undefined || go === undefined) return;
    const { variable } = machine.go;
    // Who never asks the world gives no name away.
    if (
      /^(direct|off|(https?:\/\/(127\.0\.0\.1|localhost|\[::1\])|file:)[^,|]*)([,|](direct|off))?$/.test(
        variable("GOPROXY").value,
      )
    )
      return;
    const told = new Set<string>();
    for (const { path } of go.modules.flatMap(({ requires }) => requires)) {
      const sign = looksPrivate(path);
      const pattern = privatePattern(path);
      if (sign === undefined || told.has(pattern)) continue;
      if (
        ["GOPRIVATE", "GONOPROXY"].some((name) =>
          matchOf(variable(name === "GOPRIVATE" ? "GOPRIVATE" : "GONOPROXY"), path),
        )
      )
        continue;
      told.add(pattern);
      yield { ...here, message: `${path} (${sign}) is asked for in public: go env -w GOPRIVATE=${pattern}` };
    }
  },
});
