import { itemsOf, nodeAt, textOf } from "../../../repo/ci/yamlTree.ts";
import { placeOf, seenAt } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

/** What holds where `stages` is not written. https://docs.gitlab.com/ci/yaml/#stages */
const usual = ["build", "test", "deploy"];

export const rule: Rule = defineRule({
  id: "ci/stage-missing",
  title: "a job is of a stage that the pipeline does not have",
  severity: "error",
  why: 'GitLab refuses the whole file: "chosen stage publish does not exist; available stages are .pre, build, test, deploy, .post". A job without a stage is of the stage test, which must be among them, too.',
  source: "https://docs.gitlab.com/ci/yaml/#stage",
  examples: {
    bad: { ".gitlab-ci.yml": "stages: [build, publish]\na:\n  stage: pubilsh\n  script: [make]\n" },
    good: { ".gitlab-ci.yml": "stages: [build, publish]\na:\n  stage: publish\n  script: [make]\n" },
    silent: {
      "GitLab's own stages": {
        ".gitlab-ci.yml": "a:\n  stage: deploy\n  script: [make]\nb:\n  stage: .post\n  script: [x]\n",
      },
      "no stage, and test is one": { ".gitlab-ci.yml": "stages: [lint, test]\na:\n  script: [make]\n" },
      "stages may come from elsewhere": {
        ".gitlab-ci.yml": "include: { remote: https://ci.example.com/x.yml }\na:\n  stage: x\n  script: [make]\n",
      },
      "a template's, which never runs": { ".gitlab-ci.yml": "stages: [test]\n.a:\n  stage: x\n  script: [make]\n" },
    },
  },
  *check(facts) {
    for (const { vendor, root, jobs, hasForeign } of facts.ci) {
      if (vendor !== "gitlab" || hasForeign) continue;
      const list = nodeAt(root, "stages") ?? nodeAt(root, "types");
      const names = list === undefined ? usual : itemsOf(list).map(textOf);
      const known = new Set([".pre", ...names, ".post"]);
      for (const { node, key, name } of jobs) {
        const stage = nodeAt(node, "stage");
        const chosen = stage === undefined ? "test" : textOf(stage);
        if (known.has(chosen) || chosen.includes("$")) continue;
        yield {
          ...placeOf(stage ?? key),
          message: `${name} is of the stage ${chosen}${stage === undefined ? " (it names none)" : ""}, and the stages are ${names.join(", ")}`,
          ...(list === undefined ? {} : { evidence: [seenAt(facts, list)] }),
        };
      }
    }
  },
});
