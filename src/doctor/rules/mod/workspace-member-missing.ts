import { defineRule, type Rule } from "../../rule.ts";

const app = {
  "app/go.mod": "module example.com/app\n\ngo 1.24.0\n",
  "app/main.go": "package main\n\nfunc main() {}\n",
};

export const rule: Rule = defineRule({
  id: "mod/workspace-member-missing",
  title: "go.work uses a folder that has no go.mod",
  severity: "error",
  why: "go: cannot load module lib listed in go.work file: open lib/go.mod: no such file or directory. Not one command works in the repository then.",
  source: "https://go.dev/ref/mod#go-work-file-use",
  examples: {
    bad: { ...app, "go.work": "go 1.24.0\n\nuse (\n\t./app\n\t./lib\n)\n" },
    good: { ...app, "go.work": "go 1.24.0\n\nuse (\n\t./app\n)\n" },
    fixed: { "go.work": "go 1.24.0\n\nuse (\n\t./app\n)\n" },
    silent: {
      "the root itself": { "go.mod": app["app/go.mod"], "go.work": "go 1.24.0\n\nuse .\n" },
      "somebody's own, outside": { ...app, "go.work": "go 1.24.0\n\nuse (\n\t./app\n\t../lib\n)\n" },
    },
  },
  *check({ go, text, has }) {
    const work = text("go.work");
    if (work === undefined) return;
    for (const dir of go?.workspace?.use ?? []) {
      if (dir.startsWith("..") || dir.startsWith("/") || has(dir === "." ? "go.mod" : `${dir}/go.mod`)) continue;
      const line = new RegExp(
        String.raw`^(?:use)?[ \t]*"?(?:\./)?${dir.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}/?"?[ \t]*(?://.*)?$`,
        "m",
      ).exec(work);
      const start = line?.index ?? 0;
      const end = start + (line?.[0].length ?? 0);
      yield {
        file: "go.work",
        start,
        end,
        message: `${dir} has no go.mod: take the line out, or bring the folder back`,
        ...(line === null
          ? {}
          : {
              fix: {
                safe: false,
                title: "take the line out",
                edits: [{ file: "go.work", start, end: Math.min(work.length, end + 1), text: "" }],
              },
            }),
      };
    }
  },
});
