import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
  "main.go": "package main\n",
};

export const rule: Rule = defineRule({
  id: "env/source-fails",
  title: "a module can't be had from here",
  severity: "error",
  why: "The sources of GOPROXY were asked, one after the other, as the go command does it, and none of them has it. It is what go mod download will run into.",
  source: "https://go.dev/ref/mod#resolve-pkg-mod; fairlead route",
  examples: {
    bad: { ...files, $ENV: "GOPROXY=file://$HOME/empty\nGONOSUMDB=*\n", $PROBE: "yes\n" },
    good: {
      ...files,
      "$HOME/proxy/example.com/lib/@v/v1.0.0.info": '{"Version":"v1.0.0"}',
      $ENV: "GOPROXY=file://$HOME/proxy\nGONOSUMDB=*\n",
      $PROBE: "yes\n",
    },
    silent: {
      "nobody was asked": { ...files, $ENV: "GOPROXY=file://$HOME/empty\n" },
    },
  },
  *check({ probes }) {
    for (const { path, version, said } of probes?.modules ?? [])
      yield {
        ...here,
        message: `${path} ${version}: ${said}; fairlead route --probe ${path}@${version} shows each answer`,
      };
  },
});
