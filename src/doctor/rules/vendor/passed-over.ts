import { ciCommands, jobsOf, placeIn, placeOf, runs } from "../../ciSteps.ts";
import { goSteps, variableOf } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n",
  "vendor/modules.txt": "# rsc.io/quote v1.5.2\n## explicit\nrsc.io/quote\n",
  "vendor/rsc.io/quote/quote.go": "package quote\n",
};

export const rule: Rule = defineRule({
  id: "vendor/passed-over",
  title: "a build is told -mod=mod beside a vendor folder",
  severity: "warning",
  why: "The folder is what was reviewed and committed; -mod=mod downloads the modules instead, may change go.mod, and fails where the network does: what vendoring was for.",
  source: "https://go.dev/ref/mod#build-commands (-mod)",
  examples: {
    bad: { ...files, ".gitlab-ci.yml": "test:\n  script:\n    - go test -mod=mod ./...\n" },
    good: { ...files, ".gitlab-ci.yml": "test:\n  script:\n    - go test ./...\n" },
    silent: {
      "nothing is vendored": {
        "go.mod": files["go.mod"],
        ".gitlab-ci.yml": "test:\n  script:\n    - go test -mod=mod ./...\n",
      },
      "a tool, which is not of the module": {
        ...files,
        ".gitlab-ci.yml": "test:\n  script:\n    - go run -mod=mod example.com/tool@v1.0.0\n",
      },
      "vendor is asked for": { ...files, ".gitlab-ci.yml": "test:\n  script:\n    - go test -mod=vendor ./...\n" },
      "to list what is newer, which vendor can't tell": {
        ...files,
        ".gitlab-ci.yml": "test:\n  script:\n    - go list -mod=mod -u -m all\n",
      },
    },
  },
  *check(facts) {
    if (facts.go?.modules.some(({ dir, hasVendor }) => dir === "." && hasVendor) !== true) return;
    const message = "-mod=mod: what lies in vendor/ is not what this builds";
    for (const { script, command } of ciCommands(facts)) {
      const isBuild = ["build", "install", "run", "test", "vet", "generate"].some((verb) => runs(command, "go", verb));
      if (!isBuild || command.args.some(({ text }) => text.includes("@"))) continue;
      const flag = command.args.find(({ text }) => text === "-mod=mod");
      if (flag !== undefined) yield { ...placeIn(script, flag), message };
    }
    for (const { variables } of jobsOf(facts)) {
      const flags = variables.get("GOFLAGS");
      if (flags !== undefined && /(^|\s)-mod=mod\b/.test(flags.text)) yield { ...placeOf(flags), message };
    }
    for (const { stages, reached, file } of facts.dockerfiles) {
      for (const step of stages.filter((stage) => reached.has(stage)).flatMap((stage) => goSteps(stage))) {
        const flag = step.command.args.find(({ text }) => text === "-mod=mod");
        const isBuild =
          /^(build|install|test|vet)$/.test(step.verb) && !step.command.args.some(({ text }) => text.includes("@"));
        if (!isBuild || (flag === undefined && !/-mod=mod\b/.test(variableOf(step, "GOFLAGS") ?? ""))) continue;
        const { start, end } = flag ?? step.command;
        yield { file, start, end, message };
      }
    }
  },
});
