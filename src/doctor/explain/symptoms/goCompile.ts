// What the compiler says.

import { found, lineOf } from "../evidence.ts";
import { folderOf } from "../../../repo/goPackages.ts";
import { literally } from "../literally.ts";
import { projectFile } from "../project.ts";
import { type Case, type Evidence, type Symptom, defineSymptom } from "../symptom.ts";

/** Where the project declares a name, and how the go command sees that file. */
async function declaration({ field, place, project }: Case): Promise<Evidence | undefined> {
  const name = literally(field("name"));
  const declares = new RegExp(
    `^(?:func (?:\\([^)]*\\) )?${name}\\b|type ${name}\\b|(?:var|const) ${name}\\b|\\t${name}\\s+(?:=|[\\w.*\\[\\]]+ =))`,
  );
  const folder = place === undefined ? undefined : folderOf(place.file);
  const files = project.tree.files.filter(
    (file) => file.endsWith(".go") && (folder === undefined || folderOf(file) === folder),
  );
  for (const file of files.slice(0, 200)) {
    const evidence = await lineOf(project, file, declares, "declares it");
    if (evidence !== undefined) return evidence;
  }
  return undefined;
}

const otherSystem =
  /_(?:windows|darwin|freebsd|netbsd|openbsd|js|wasm|arm64|arm|386|ppc64le|s390x|riscv64|plan9|solaris|aix|android|ios)(?:_test)?\.go$|_test\.go$/;

export const goCompileSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/undefined",
    title: "A name is not defined",
    tools: "go",
    match: [{ has: "undefined: ", line: /\.go:\d+(?::\d+)?: undefined: (?<name>[\w.]+)/ }],
    known: "provoked",
    causes: [
      {
        id: "file-not-built",
        when: async (seen) => {
          const where = await declaration(seen);
          if (where === undefined) return undefined;
          const constraint = await lineOf(seen.project, where.file, /^\/\/go:build /, "when its file is built");
          const cgo = await lineOf(seen.project, where.file, /^import "C"/, "its file is built with cgo alone");
          if (constraint === undefined && cgo === undefined && !otherSystem.test(where.file)) return undefined;
          return found(where, constraint, cgo);
        },
        happened: ({ field }) =>
          `${field("name")} is declared in a file that this build leaves out: by its name (_windows.go, _test.go), its //go:build line, or because it uses cgo.`,
        fix: "Build for the system or with the tag that the file is for, or declare the name for the others too.",
        commands: "go list -f '{{.GoFiles}} {{.IgnoredGoFiles}} {{.CgoFiles}}' .",
        check: "go vet ./...",
      },
      {
        id: "same-package",
        when: async (seen) => found(await declaration(seen)),
        happened: ({ field }) =>
          `${field("name")} is declared in another file of this package, which was not built: the command named single files, or the file did not reach the build.`,
        fix: "Build the package, not a file: go run . and go build . take all of its files. In a container build, look at COPY and .dockerignore.",
        commands: "go build .",
        check: "go vet ./...",
      },
      {
        id: "nowhere",
        happened: ({ field }) =>
          `No file that takes part in this build declares ${field("name")}: it is misspelt, its file was not committed or copied, its import is missing, or the required version of a module does not have it yet.`,
        fix: "Correct the name, or bring what declares it: generated code must be generated first.",
        commands: ({ field }) =>
          `git grep -nw '${(field("name").split(".").at(-1) ?? "").replaceAll("'", "")}'\ngit status --ignored`,
        check: "go vet ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/unused",
    title: "Something is declared or imported and not used",
    tools: "go; 1.19 and older put the name first",
    match: [
      {
        has: "imported and not used",
        line: /\.go:(?<number>\d+):\d+: (?:imported and not used: )?"(?<name>[^"]+)"(?: imported)?(?: as \w+)?(?: and not used)?/,
      },
      { has: "declared and not used", line: /declared and not used: (?<name>\w+)/ },
      { has: "declared but not used", line: /(?<name>\w+) declared but not used/ },
      { has: "declared and not used", line: /(?<name>\w+) declared and not used/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "unused",
        when: async ({ project }) => {
          // The compiler lists them all; the first is the message's own place.
          const main = project.tree.files.find((file) => file === "main.go");
          const line =
            main === undefined ? undefined : await lineOf(project, main, /^\s+\w+ :?= /, "a variable that is only set");
          return line === undefined ? undefined : found(line);
        },
        happened: ({ field }) => `Go refuses imports and variables that nothing uses: ${field("name")}.`,
        fix: "Remove it, use it, or name it _ where it stands for its side effect.",
        commands: "gofmt -l .",
        check: "go vet ./...",
      },
      {
        id: "general",
        happened: ({ field }) => `Go refuses imports and variables that nothing uses: ${field("name")}.`,
        fix: "Remove it, use it, or name it _ where it stands for its side effect.",
        check: "go vet ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/syntax",
    title: "A syntax error",
    tools: "go",
    match: [{ has: "syntax error", line: /\.go:\d+:\d+: syntax error: (?<what>.+)/ }],
    known: "provoked",
    causes: [
      {
        id: "syntax",
        happened: ({ field }) =>
          `The compiler can't read the file: ${field("what")}. The cause is often a line above: a bracket that is not closed, or a merge that left its marks.`,
        fix: "Look at the place and the lines before it.",
        commands: "gofmt -e -l .\ngit diff --check",
        check: "go vet ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/redeclared",
    title: "A name is declared twice in one package",
    tools: "go",
    match: [
      {
        has: "redeclared in this block",
        line: /(?<name>\w+) redeclared in this block/,
        next: /(?<other>\S+\.go):(?<otherLine>\d+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "twice",
        when: async ({ field, project }) => {
          const file = projectFile(project, field("other"));
          if (file === undefined) return undefined;
          const line = Number(field("otherLine"));
          return found({
            file,
            line,
            text: ((await project.lines(file))[line - 1] ?? "").trim(),
            says: "the other declaration",
          });
        },
        happened: ({ field }) =>
          `${field("name")} is declared twice in one package. Two programs can't share a folder: each needs its own.`,
        fix: "Remove or rename one; put each program into a folder of its own (cmd/NAME), or mark a script with //go:build ignore.",
        check: "go vet ./...",
      },
      {
        id: "general",
        happened: ({ field }) => `${field("name")} is declared twice in one package.`,
        fix: "Remove or rename one of them.",
        check: "go vet ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/no-main",
    title: "package main without func main",
    tools: "go",
    match: [{ has: "function main is undeclared", line: /function main is undeclared in the main package/ }],
    known: "provoked",
    causes: [
      {
        id: "library",
        happened:
          "The package is called main and has no func main: its file was left out of the build, or the package is meant to be a library.",
        fix: "Add func main, or rename the package; look whether the file with func main reached the build.",
        commands: "git grep -n 'func main()'",
        check: "go vet ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/run-not-main",
    title: "go run of a library",
    tools: "go",
    match: [{ has: "is not a main package", line: /package (?<package>\S+) is not a main package/ }],
    known: "provoked",
    causes: [
      {
        id: "not-main",
        when: async ({ project }) => {
          const mains: Evidence[] = [];
          for (const file of project.tree.files.filter((each) => each.endsWith("main.go")).slice(0, 20)) {
            const line = await lineOf(project, file, /^package main\b/, "a program");
            if (line !== undefined) mains.push(line);
          }
          return found(...mains);
        },
        happened: ({ field }) => `${field("package")} is a library; the programs are elsewhere.`,
        fix: "Name the folder of a program.",
        check: "go list -f '{{if eq .Name \"main\"}}{{.Dir}}{{end}}' ./...",
      },
      {
        id: "general",
        happened: ({ field }) => `${field("package")} is a library: only package main can be run.`,
        fix: "Name the folder of a program, or say package main where a program is meant.",
        check: "go list -f '{{if eq .Name \"main\"}}{{.Dir}}{{end}}' ./...",
      },
    ],
  }),
];
