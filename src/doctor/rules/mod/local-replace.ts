import { lineStart, lineText } from "../../places.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "mod/local-replace",
  title: "a replace line leads to a folder outside of the repository",
  severity: "error",
  why: "It works on the machine that has the folder, and nowhere else: not in CI, not in a Docker build, not for whoever requires the module.",
  source: "https://go.dev/ref/mod#go-mod-file-replace",
  examples: {
    bad: {
      "go.mod":
        "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.2.0\n\nreplace example.com/lib => ../lib\n",
    },
    good: { "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.2.0\n" },
    silent: {
      "a folder of the repository": {
        "go.mod": "module example.com/app\n\ngo 1.24\n\nreplace example.com/lib => ./lib\n",
        "lib/go.mod": "module example.com/lib\n\ngo 1.24\n",
      },
      "a fork": {
        "go.mod": "module example.com/app\n\ngo 1.24\n\nreplace example.com/lib => example.com/fork v1.2.1\n",
      },
      "a neighbour in the repository": {
        "app/go.mod": "module example.com/app\n\ngo 1.24\n\nreplace example.com/lib => ../lib\n",
        "lib/go.mod": "module example.com/lib\n\ngo 1.24\n",
      },
    },
  },
  *check({ go, text }) {
    for (const { dir, replaces } of go?.modules ?? []) {
      const file = dir === "." ? "go.mod" : `${dir}/go.mod`;
      const goMod = text(file) ?? "";
      for (const { path, by } of replaces) {
        if (by.kind !== "folder" || !(by.dir.startsWith("../") || by.dir.startsWith("/") || by.dir === "..")) continue;
        const line =
          goMod.split("\n").findIndex((each) => each.includes(path) && each.includes(`=> ${by.written}`)) + 1;
        const start = lineStart(goMod, Math.max(1, line));
        yield {
          file,
          start,
          end: start + lineText(goMod, Math.max(1, line)).length,
          message: `${path} is replaced by ${by.written}, which is not in this repository: require a version that has the change, or use a go.work that is not committed`,
        };
      }
    }
  },
});
