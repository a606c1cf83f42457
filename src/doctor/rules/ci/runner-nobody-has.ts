import { itemsOf, nodeAt, textOf, type YamlNode } from "../../../repo/ci/yamlTree.ts";
import { jobsOf, placeOf } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const github = ".github/workflows/ci.yml";
const workflow = (runsOn: string): string =>
  `on: push\njobs:\n  a:\n    runs-on: ${runsOn}\n    steps:\n      - run: make\n`;

/** Labels of GitHub's own runners that are there no more. https://github.com/actions/runner-images */
const retired = /^(ubuntu-(16|18|20)\.04|macos-(10\.15|1[123])(-(large|xlarge|arm64))?|windows-(2016|2019))$/;
const hosted = /^(ubuntu|macos|windows)-(latest|\d)/;

export const rule: Rule = defineRule({
  id: "ci/runner-nobody-has",
  title: "a job asks for a runner that can't exist",
  severity: "error",
  why: "The job waits until it is given up, and nothing says why: GitLab shows it as stuck, GitHub as queued for a day.",
  source:
    "https://docs.gitlab.com/ci/yaml/#tags; https://docs.github.com/actions/reference/runners/github-hosted-runners",
  examples: {
    bad: { ".gitlab-ci.yml": 'test:\n  tags: ["docker,linux"]\n  script: [go test ./...]\n' },
    good: { ".gitlab-ci.yml": "test:\n  tags: [docker, linux]\n  script: [go test ./...]\n" },
    fixed: { ".gitlab-ci.yml": 'test:\n  tags: ["docker", "linux"]\n  script: [go test ./...]\n' },
    silent: {
      "GitHub's newest": { [github]: workflow("ubuntu-latest") },
      "a runner of one's own": { [github]: workflow("[self-hosted, linux, x64]") },
      "one's own that is called like GitHub's": { [github]: workflow("[self-hosted, ubuntu-20.04-big]") },
      "from a matrix": { [github]: workflow("${{ matrix.os }}") },
    },
  },
  *check(facts) {
    for (const { vendor, node, name } of jobsOf(facts)) {
      if (vendor === "gitlab") {
        for (const tag of itemsOf(nodeAt(node, "tags"))) {
          if (!/[,]/.test(textOf(tag)) || textOf(tag).includes("$")) continue;
          const words = textOf(tag)
            .split(",")
            .map((word) => word.trim());
          yield {
            ...placeOf(tag),
            message: `"${textOf(tag)}" is one tag with a comma in it, and a runner's tags are a list parted by commas: none can have it`,
            ...(tag.kind === "scalar" && tag.style === "quoted" && isInFlow(facts.text(tag.file) ?? "", tag.start)
              ? {
                  fix: {
                    safe: true,
                    title: "a tag each",
                    edits: [{ ...placeOf(tag), text: words.map((word) => JSON.stringify(word)).join(", ") }],
                  },
                }
              : {}),
          };
        }
        continue;
      }
      const labels = itemsOf(labelsOf(nodeAt(node, "runs-on")));
      const isOwn = labels.some((label) => textOf(label) === "self-hosted");
      const gone = labels.find((label) => retired.test(textOf(label)));
      const mixed = isOwn
        ? labels.find((label) => hosted.test(textOf(label)) && textOf(label).endsWith("-latest"))
        : undefined;
      if (gone !== undefined && !isOwn)
        yield { ...placeOf(gone), message: `GitHub has no ${textOf(gone)} runners any more: ${name} is never started` };
      else if (mixed !== undefined)
        yield {
          ...placeOf(mixed),
          severity: "warning",
          message: `${name} asks for a runner of one's own that is called ${textOf(mixed)} as well, which is GitHub's name: is there one?`,
        };
    }
  },
});

/** `runs-on` may be a map of a group and labels. */
function labelsOf(runsOn: YamlNode | undefined): YamlNode | undefined {
  return runsOn?.kind === "map" ? nodeAt(runsOn, "labels") : runsOn;
}

function isInFlow(text: string, at: number): boolean {
  return /\[[^\]\n]*$/.test(text.slice(text.lastIndexOf("\n", at) + 1, at));
}
