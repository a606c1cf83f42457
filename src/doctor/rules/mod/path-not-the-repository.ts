import { repositoryPath } from "../../../repo/gitRefs.ts";
import { isOf, moduleLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const origin = (url: string): string => `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${url}\n`;
const goMod = "module github.com/team/app\n\ngo 1.24.0\n";

export const rule: Rule = defineRule({
  id: "mod/path-not-the-repository",
  title: "the module's path is not where the repository is",
  severity: "advice",
  why: "go get and go install go to the path: they find another repository, or none. In a fork that is meant; then nobody can require the fork without a replace line.",
  source: "https://go.dev/ref/mod#module-path",
  examples: {
    bad: { "go.mod": goMod, ".git/config": origin("git@github.com:team/shop.git") },
    good: { "go.mod": goMod, ".git/config": origin("git@github.com:team/app.git") },
    silent: {
      "a path of one's own": {
        "go.mod": "module go.example.com/app\n\ngo 1.24.0\n",
        ".git/config": origin("https://github.com/team/app"),
      },
      "below the root, with a major version": {
        "go.mod": "module github.com/team/app/v2\n\ngo 1.24.0\n",
        ".git/config": origin("https://github.com/Team/App.git"),
      },
      "no remote": { "go.mod": goMod, ".git/config": "[core]\n\tbare = false\n" },
    },
  },
  *check(facts) {
    const { origin } = facts.git ?? {};
    const repository = origin === undefined ? undefined : repositoryPath(origin)?.toLowerCase();
    const host = repository?.split("/")[0];
    for (const written of writtenModules(facts)) {
      const path = written.module.path.toLowerCase();
      // Another host may lead there by a go-import tag.
      if (repository === undefined || path.split("/")[0] !== host || isOf(path, repository)) continue;
      yield {
        ...moduleLine(written),
        message: `${written.module.path} is not in ${repository}, which is where origin leads`,
      };
    }
  },
});
