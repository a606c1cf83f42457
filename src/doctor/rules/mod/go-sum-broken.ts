import { isConflictMarker } from "../../conflictMarkers.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = "module example.com/app\n\ngo 1.24.0\n\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.0.0\n)\n";
const sum = (name: string): string =>
  `example.com/${name} v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nexample.com/${name} v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`;
const files = { "go.mod": goMod, "main.go": "package main\n\nfunc main() {}\n" };

export const rule: Rule = defineRule({
  id: "mod/go-sum-broken",
  title: "go.sum has lines that are none",
  severity: "error",
  why: "Every go command that needs a sum ends with: malformed go.sum: wrong number of fields. Mostly a merge was left unfinished; go.sum is a set of lines, and both sides of it are right.",
  source: "https://go.dev/ref/mod#go-sum-files; cmd/go/internal/modfetch, readGoSum",
  examples: {
    bad: { ...files, "go.sum": `<<<<<<< HEAD\n${sum("a")}=======\n${sum("b")}>>>>>>> feature/b\n` },
    good: { ...files, "go.sum": `${sum("a")}${sum("b")}` },
    fixed: { "go.sum": `${sum("a")}${sum("b")}` },
    silent: {
      "an empty line, which go writes none of and reads": { ...files, "go.sum": `${sum("a")}\n${sum("b")}` },
      "there is none": files,
    },
  },
  *check({ files: all, text }) {
    for (const file of all.filter((each) => /(^|\/)go(\.work)?\.sum$/.test(each))) {
      const source = text(file) ?? "";
      let at = 0;
      const broken: { readonly start: number; readonly end: number; readonly line: string }[] = [];
      for (const line of source.split("\n")) {
        const words = line.split(/\s+/).filter((word) => word !== "");
        if (words.length !== 0 && words.length !== 3) broken.push({ start: at, end: at + line.length + 1, line });
        at += line.length + 1;
      }
      const [first] = broken;
      if (first === undefined) continue;
      const isMerge = broken.every(({ line }) => isConflictMarker(line));
      yield {
        file,
        start: first.start,
        end: first.start + first.line.length,
        message: isMerge
          ? "a merge was left unfinished here: the lines of both sides belong into the file"
          : `${broken.length === 1 ? "this line has" : `this and ${broken.length - 1} more lines have`} not the three words of a sum: go mod tidy writes the file anew, once such lines are gone`,
        ...(isMerge
          ? {
              fix: {
                safe: true,
                title: "both sides' lines",
                edits: broken.map(({ start, end }) => ({ file, start, end: Math.min(end, source.length), text: "" })),
              },
            }
          : {}),
      };
    }
  },
});
