import * as gover from "../../../gomod/gover.ts";
import { goVersionsOf } from "../../ciGoVersion.ts";
import { jobCommands, jobsOf, placeOf, runs, valueFor } from "../../ciSteps.ts";
import { goLineSeen } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const main = { "main.go": "package main\n\nfunc main() {}\n" };
const goMod = (version: string): string => `module example.com/app\n\ngo ${version}\n`;
const gitlab = (image: string, more = ""): string =>
  `test:\n  image: ${image}\n${more}  script:\n    - go test ./...\n`;
const workflow = ".github/workflows/ci.yml";
const github = (input: string): string =>
  `on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/setup-go@v5\n        with:\n          ${input}\n      - run: go test ./...\n`;

export const rule: Rule = defineRule({
  id: "ci/go-older-than-go-mod",
  title: "CI runs a Go that is older than go.mod asks for",
  severity: "error",
  why: 'The official image sets GOTOOLCHAIN=local: "go.mod requires go >= 1.25.0 (running go 1.24.13; GOTOOLCHAIN=local)". Elsewhere the go command fetches the newer toolchain in every job, or fails where it can\'t.',
  source: "https://go.dev/doc/toolchain",
  examples: {
    bad: { ...main, "go.mod": goMod("1.25.0"), ".gitlab-ci.yml": gitlab("golang:1.24-alpine") },
    good: { ...main, "go.mod": goMod("1.24.0"), ".gitlab-ci.yml": gitlab("golang:1.24-alpine") },
    fixed: { ".gitlab-ci.yml": gitlab("golang:1.25-alpine") },
    silent: {
      "a tag without a patch level is the newest of its line": {
        ...main,
        "go.mod": goMod("1.24.9"),
        ".gitlab-ci.yml": gitlab("golang:1.24"),
      },
      "it may fetch another toolchain": {
        ...main,
        "go.mod": goMod("1.25.0"),
        ".gitlab-ci.yml": gitlab("golang:1.24", "  variables: { GOTOOLCHAIN: auto }\n"),
      },
      "what go.mod says is taken": {
        ...main,
        "go.mod": goMod("1.25.0"),
        [workflow]: github("go-version-file: go.mod"),
      },
      "an image that runs no go command": {
        ...main,
        "go.mod": goMod("1.25.0"),
        ".gitlab-ci.yml": "lint:\n  image: golang:1.20\n  script:\n    - make lint\n",
      },
      "a version from a matrix": {
        ...main,
        "go.mod": goMod("1.25.0"),
        [workflow]: github("go-version: ${{ matrix.go }}"),
      },
    },
  },
  *check(facts) {
    const { go, text } = facts;
    const module = go?.modules.find(({ dir }) => dir === ".");
    if (module?.go === undefined) return;
    const wanted = /^\d+\.\d+/.exec(module.go)?.[0] ?? module.go;
    for (const { job, version, scalar, by } of jobsOf(facts).flatMap((each) => goVersionsOf(each))) {
      const used = jobCommands(job).find(
        ({ command }) =>
          ["build", "test", "vet", "install", "run", "mod", "generate", "list"].some((verb) =>
            runs(command, "go", verb),
          ) && !command.args.some((each) => each.text.includes("@")),
      );
      // `1.24` is the newest 1.24.x that there is.
      const offered = /^\d+\.\d+$/.test(version) ? `${version}.999` : version;
      if (used === undefined || gover.compare(offered, module.go) >= 0) continue;
      if (by === "image" && !/^(local)?$/.test(valueFor(used, "GOTOOLCHAIN") ?? "")) continue;
      const at = (text(scalar.file) ?? "").slice(scalar.start, scalar.end).indexOf(version);
      yield {
        ...placeOf(scalar),
        ...(by === "image" ? {} : { severity: "warning" }),
        message: `${job.name} runs Go ${version}, and go.mod asks for ${module.go}`,
        evidence: [goLineSeen(text, "go.mod")],
        ...(at < 0
          ? {}
          : {
              fix: {
                safe: true,
                title: `take Go ${wanted}`,
                edits: [
                  {
                    file: scalar.file,
                    start: scalar.start + at,
                    end: scalar.start + at + version.length,
                    text: wanted,
                  },
                ],
              },
            }),
      };
    }
  },
});
