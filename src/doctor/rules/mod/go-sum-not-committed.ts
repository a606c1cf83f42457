import { ignoreMatcher } from "../../../repo/ignorePattern.ts";
import { lineStart } from "../../places.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = { "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n", "go.sum": "x\n" };

export const rule: Rule = defineRule({
  id: "mod/go-sum-not-committed",
  title: ".gitignore keeps go.sum or go.mod out of the repository",
  severity: "error",
  why: "Whoever clones it has no hashes: each machine believes what it downloads first, and builds with -mod=readonly end with missing go.sum entry.",
  source: "https://go.dev/ref/mod#go-sum-files",
  examples: {
    bad: { ...files, ".gitignore": "bin/\ngo.sum\n" },
    good: { ...files, ".gitignore": "bin/\n" },
    fixed: { ".gitignore": "bin/\n" },
    silent: {
      "taken back": { ...files, ".gitignore": "*.sum\n!go.sum\n" },
      "another module's": { ...files, ".gitignore": "/playground/go.sum\n" },
      "go.work is for one machine": { ...files, ".gitignore": "go.work\ngo.work.sum\n" },
    },
  },
  *check({ text, go }) {
    const ignore = text(".gitignore");
    if (ignore === undefined || go?.modules.some(({ dir }) => dir === ".") !== true) return;
    const lines = ignore.split("\n").map((line) => line.trim());
    for (const name of ["go.mod", "go.sum"]) {
      // A pattern without a slash is for each folder, and so for this one.
      const patterns = lines
        .map((line) => (line.startsWith("#") ? "" : line.replace(/^(!?)\//, "$1")))
        .filter((line) => line !== "");
      if (!ignoreMatcher(patterns)(name)) continue;
      const index = lines.findLastIndex(
        (line) =>
          line !== "" &&
          !line.startsWith("#") &&
          !line.startsWith("!") &&
          ignoreMatcher([line.replace(/^\//, "")])(name),
      );
      if (index < 0) continue;
      const start = lineStart(ignore, index + 1);
      const end = start + (ignore.split("\n")[index]?.length ?? 0);
      const isExact = lines[index] === name || lines[index] === `/${name}`;
      yield {
        file: ".gitignore",
        start,
        end,
        message: `${lines[index] ?? ""} keeps ${name} out of the repository, where everybody needs it`,
        ...(isExact
          ? {
              fix: {
                safe: true,
                title: "take the line out",
                edits: [{ file: ".gitignore", start, end: Math.min(ignore.length, end + 1), text: "" }],
              },
            }
          : {}),
      };
    }
  },
});
