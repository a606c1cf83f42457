import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/yaml-broken",
  title: "a CI file is no valid YAML",
  severity: "error",
  why: "No pipeline is made of it. A plain scalar must not hold a colon followed by a blank, nor begin with one of * & ! % @ ` [ {: quote such a line, or make a block of it with |.",
  source: "https://yaml.org/spec/1.2.2/#733-plain-style",
  examples: {
    bad: {
      ".github/workflows/ci.yml":
        'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo "result: ok"\n',
    },
    good: {
      ".github/workflows/ci.yml":
        'on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          echo "result: ok"\n',
    },
    fixed: {
      ".github/workflows/ci.yml":
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: 'echo \"result: ok\"'\n",
    },
    silent: {
      "another YAML file": { "config/app.yml": 'run: echo "a: b"\n' },
      "a reference of GitLab's": {
        ".gitlab-ci.yml": ".a: { script: [make] }\nb:\n  script: !reference [.a, script]\n",
      },
      "the same key twice, which is another finding": { ".gitlab-ci.yml": "a:\n  script: [x]\na:\n  script: [y]\n" },
    },
  },
  *check({ ci, text }) {
    for (const { file, faults } of ci.flatMap(({ files }) => files)) {
      const fault = faults.find(({ code }) => code !== "DUPLICATE_KEY");
      if (fault === undefined) continue;
      const source = text(file) ?? "";
      const from = source.lastIndexOf("\n", Math.max(0, fault.start - 1)) + 1;
      const stop = source.indexOf("\n", fault.start);
      const line = source.slice(from, stop < 0 ? undefined : stop).replace(/\r$/, "");
      const entry = /^(\s*(?:- )?(?:[\w-]+: |- ))([^'"|>&*!{[\s#][^#]*: [^#]*?)\s*$/.exec(line);
      const value = entry?.[2] ?? "";
      const start = from + (entry?.[1]?.length ?? 0);
      yield {
        file,
        start: from + (/^\s*/.exec(line)?.[0].length ?? 0),
        end: from + line.length,
        message: `it is no valid YAML here: ${fault.message}`,
        ...(value === ""
          ? {}
          : {
              fix: {
                safe: true,
                title: "quote the line",
                edits: [{ file, start, end: start + value.length, text: `'${value.replaceAll("'", "''")}'` }],
              },
            }),
      };
    }
  },
});
