import { here } from "../../machineFacts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n", "main.go": "package main\n" };
/** A build cache of a middling service, and its modules. */
const wanted = 1 << 30;

export const rule: Rule = defineRule({
  id: "env/disk-full",
  title: "there is hardly any room where the go command keeps its caches",
  severity: "warning",
  why: "A build that runs out of room ends in the middle with: no space left on device, or, where the temporary folder is meant, with a linker that was killed.",
  source: "https://pkg.go.dev/cmd/go#hdr-Build_and_test_caching",
  examples: {
    bad: { ...files, $ENV: "GOCACHE=$HOME/a\nGOPATH=$HOME/b\n", $FREE: "104857600\n" },
    good: { ...files, $ENV: "GOCACHE=$HOME/a\n", $FREE: "10737418240\n" },
    silent: {
      "the system does not say": { ...files, $ENV: "GOCACHE=$HOME/a\n", $FREE: "unknown\n" },
    },
  },
  *check({ machine }) {
    const tight = (machine?.folders ?? []).filter(({ free }) => free !== undefined && free < wanted);
    const [first] = tight;
    if (first?.free === undefined) return;
    yield {
      ...here,
      message: `${Math.round(first.free / (1 << 20))} MB are left for ${tight.map(({ variable }) => variable).join(", ")} (${first.path}): go clean -cache frees what builds left, go clean -modcache the modules`,
    };
  },
});
