import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "package.json": '{ "dependencies": { "@acme/ui": "^1.0.0" } }\n',
  "$HOME/.npmrc 600": "@acme:registry=$REGISTRY/\n//$REGISTRY_HOST/:_authToken=dead\n",
};

export const rule: Rule = defineRule({
  id: "env/token-refused",
  title: "a registry does not take the token that is here for it",
  severity: "error",
  why: "A token that ran out, or was made for something else, is told by npm as 404 Not Found or E401, in the middle of an install: registries do not say that a private package exists.",
  source: "https://docs.npmjs.com/cli/configuring-npm/npmrc#auth-related-configuration",
  examples: {
    bad: { ...files, $ENV: "GOFLAGS=\n", $PROBE: "401\n" },
    good: { ...files, $ENV: "GOFLAGS=\n", $PROBE: "200\n" },
    silent: {
      "nobody was asked": { ...files, $ENV: "GOFLAGS=\n" },
      "no package of that scope is needed": {
        ...files,
        "package.json": '{ "dependencies": { "left-pad": "^1.0.0" } }\n',
        $ENV: "GOFLAGS=\n",
        $PROBE: "401\n",
      },
    },
  },
  *check({ probes }) {
    for (const { scope, registry, said } of probes?.tokens ?? [])
      yield { ...here, message: `${scope} is of ${registry}, and ${said}` };
  },
});
