import { matchOf } from "../../../repo/goSettings.ts";
import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module git.corp.internal/team/app\n\ngo 1.24\n\nrequire golang.org/x/text v0.19.0\n",
  "main.go": "package main\n",
};

/** Modules that everybody has, for what they stand for: the whole world, a whole forge. */
const everybodys = ["golang.org/x/text", "google.golang.org/grpc", "gopkg.in/yaml.v3", "github.com/pkg/errors"];

export const rule: Rule = defineRule({
  id: "env/goprivate-too-broad",
  title: "GOPRIVATE names what belongs to everybody",
  severity: "warning",
  why: "Public modules are then cloned from their repositories, slowly and each with git, and nothing is compared with the checksum database. A vanished repository breaks the build that the proxy would have saved.",
  source: "https://go.dev/ref/mod#private-modules; vmware-tanzu/tanzu-framework#276",
  examples: {
    bad: { ...files, $ENV: "GOPRIVATE=*\n" },
    good: { ...files, $ENV: "GOPRIVATE=*.corp.internal\n" },
    silent: {
      "one team of a public forge": { ...files, $ENV: "GOPRIVATE=github.com/acme\n" },
      "nobody set it": { ...files, $ENV: "GOFLAGS=-trimpath\n" },
    },
  },
  *check({ machine }) {
    const setting = machine?.go.variable("GOPRIVATE");
    if (setting === undefined) return;
    const found = everybodys.find((path) => matchOf(setting, path) !== undefined);
    const pattern = found === undefined ? undefined : matchOf(setting, found)?.pattern;
    if (pattern === undefined) return;
    yield {
      ...here,
      message: `GOPRIVATE's "${pattern}" covers ${found ?? ""}, too: name the hosts and groups that are yours`,
    };
  },
});
