import { entriesOf, itemsOf, nodeAt } from "../../../repo/ci/yamlTree.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/script-line-is-map",
  title: "a colon makes a map of a script line",
  severity: "error",
  why: 'In plain YAML a colon followed by a blank separates a key from its value. GitLab then refuses the file: "script config should be a string or a nested array of strings up to 10 levels deep".',
  source: "https://docs.gitlab.com/ci/yaml/script/#use-special-characters-with-script",
  examples: {
    bad: { ".gitlab-ci.yml": 'test:\n  script:\n    - echo "Result: ok"\n' },
    good: { ".gitlab-ci.yml": "test:\n  script:\n    - 'echo \"Result: ok\"'\n" },
    fixed: { ".gitlab-ci.yml": "test:\n  script:\n    - 'echo \"Result: ok\"'\n" },
    silent: {
      "a colon without a blank": { ".gitlab-ci.yml": "test:\n  script:\n    - curl http://localhost:8080/healthz\n" },
      "a block": { ".gitlab-ci.yml": 'test:\n  script:\n    - |\n      echo "Result: ok"\n' },
      "a map where one is meant": { ".gitlab-ci.yml": "test:\n  script: [make]\n  rules:\n    - if: $CI_COMMIT_TAG\n" },
    },
  },
  *check({ ci, text }) {
    for (const { vendor, files } of ci) {
      if (vendor !== "gitlab") continue;
      for (const { file, root } of files)
        for (const [, { value: job }] of [
          ...entriesOf(root),
          ...entriesOf(root).filter(([name]) => name === "default"),
        ])
          for (const part of ["before_script", "script", "after_script"])
            for (const item of itemsOf(nodeAt(job, part))) {
              if (item.kind !== "map") continue;
              const source = text(file) ?? "";
              const line = source.slice(item.start, item.end);
              yield {
                file,
                start: item.start,
                end: item.end,
                message: `${line.split("\n")[0] ?? ""} is read as a map, because of the colon: quote the whole line`,
                ...(line.includes("\n") || line.includes(" #") || /^[&*{]/.test(line)
                  ? {}
                  : {
                      fix: {
                        safe: true,
                        title: "quote the line",
                        edits: [{ file, start: item.start, end: item.end, text: `'${line.replaceAll("'", "''")}'` }],
                      },
                    }),
              };
            }
    }
  },
});
