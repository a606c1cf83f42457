import { compare } from "../../../gomod/gover.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "app/go.mod": "module example.com/app\n\ngo 1.25.0\n",
  "app/main.go": "package main\n\nfunc main() {}\n",
};

export const rule: Rule = defineRule({
  id: "mod/workspace-older-than-member",
  title: "go.work says an older Go than a module in it",
  severity: "error",
  why: "go: module app listed in go.work file requires go >= 1.25.0, but go.work lists go 1.24.0; to update it: go work use.",
  source: "https://go.dev/ref/mod#go-work-file-go",
  examples: {
    bad: { ...files, "go.work": "go 1.24.0\n\nuse ./app\n" },
    good: { ...files, "go.work": "go 1.25.0\n\nuse ./app\n" },
    fixed: { "go.work": "go 1.25.0\n\nuse ./app\n" },
    silent: {
      "a newer one": { ...files, "go.work": "go 1.26.0\n\nuse ./app\n" },
      "a module that it does not use": {
        ...files,
        "go.work": "go 1.24.0\n\nuse ./lib\n",
        "lib/go.mod": "module example.com/lib\n\ngo 1.24.0\n",
      },
    },
  },
  *check({ go, text }) {
    const work = text("go.work");
    const version = go?.workspace?.go;
    if (work === undefined || version === undefined) return;
    const members = (go?.modules ?? []).filter(({ dir }) => go?.workspace?.use.includes(dir) === true);
    const newest = members.reduce<(typeof members)[number] | undefined>(
      (best, each) => (each.go !== undefined && compare(each.go, best?.go ?? version) > 0 ? each : best),
      undefined,
    );
    const at = work.search(/^go[ \t]/m);
    if (newest?.go === undefined || at < 0) return;
    const start = work.indexOf(version, at);
    yield {
      file: "go.work",
      start,
      end: start + version.length,
      message: `${newest.dir === "." ? "" : `${newest.dir}/`}go.mod asks for go ${newest.go}, and go.work says ${version}`,
      fix: {
        safe: true,
        title: `go ${newest.go}`,
        edits: [{ file: "go.work", start, end: start + version.length, text: newest.go }],
      },
    };
  },
});
