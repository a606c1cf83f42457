import { defineRule, type Rule } from "../../rule.ts";

const required = "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n";

export const rule: Rule = defineRule({
  id: "mod/go-sum-missing",
  title: "modules are required and there is no go.sum",
  severity: "error",
  why: 'go.sum is what makes the same commit build from the same bytes. Without it `go build` ends with "missing go.sum entry".',
  source: "https://go.dev/ref/mod#go-sum-files",
  examples: {
    bad: { "go.mod": required },
    good: { "go.mod": required, "go.sum": "rsc.io/quote v1.5.2 h1:x\n" },
    silent: {
      "a member of the workspace": {
        "go.work": "go 1.24\n\nuse (\n\t./app\n\t./lib\n)\n",
        "app/go.mod": "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v0.0.0\n",
        "lib/go.mod": "module example.com/lib\n\ngo 1.24\n",
      },
      "nothing is required": { "go.mod": "module example.com/app\n\ngo 1.24\n" },
      "all of it is replaced by folders": {
        "go.mod":
          "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n\nreplace example.com/lib => ./lib\n",
        "lib/go.mod": "module example.com/lib\n\ngo 1.24\n",
      },
      "a folder that stands in for a module of the main one, whose go.sum counts": {
        "go.mod":
          "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n\nreplace example.com/lib => ./lib\n",
        "lib/go.mod": required.replace("example.com/app", "example.com/lib"),
      },
      "the workspace has one": { "go.work": "go 1.24\n\nuse .\n", "go.work.sum": "x\n", "go.mod": required },
    },
  },
  *check({ go, text, has }) {
    // A member of the workspace is taken from its folder.
    const members = new Set(
      (go?.modules ?? []).filter(({ dir }) => go?.workspace?.use.includes(dir)).map(({ path }) => path),
    );
    const replacing = new Set(
      (go?.modules ?? []).flatMap(({ replaces }) => replaces.flatMap(({ by }) => (by.kind === "folder" ? by.dir : []))),
    );
    for (const { dir, requires, replaces, hasSum } of go?.modules ?? []) {
      if (hasSum || replacing.has(dir) || (has("go.work.sum") && go?.workspace !== undefined)) continue;
      const fetched = requires.find(
        ({ path }) => !members.has(path) && !replaces.some((each) => each.path === path && each.by.kind === "folder"),
      );
      if (fetched === undefined) continue;
      const file = dir === "." ? "go.mod" : `${dir}/go.mod`;
      const start = Math.max(0, (text(file) ?? "").indexOf(fetched.path));
      yield {
        file,
        start,
        end: start + fetched.path.length,
        message: `${fetched.path} is required, and ${dir === "." ? "" : `${dir}/`}go.sum is not there: go mod tidy writes it; commit it`,
      };
    }
  },
});
