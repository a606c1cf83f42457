// Which files of a folder take part in a build.

import { found, ignored, lineOf, notCopied, thing } from "../evidence.ts";
import { folderOf } from "../../../repo/goPackages.ts";

import { type Case, type Symptom, defineSymptom } from "../symptom.ts";

/** What the pattern of a go:embed means, from the root. */
function embedded({ field, place }: Case): string | undefined {
  if (place === undefined) return undefined;
  const folder = folderOf(place.file);
  const pattern = field("pattern").replace(/^all:/, "");
  return folder === "." ? pattern : `${folder}/${pattern}`;
}

function globMatches(glob: string, file: string): boolean {
  if (!glob.includes("*")) return false;
  const [before = "", after = ""] = glob.split("*");
  return file.startsWith(before) && file.endsWith(after) && !file.slice(before.length).includes("/");
}

/** A line of the Go files in the folder that the message names. */
async function goLine({ field, project }: Case, expression: RegExp, says: string) {
  const folder = field("folder");
  const files = project.tree.files.filter(
    (file) => file.endsWith(".go") && !file.endsWith("_test.go") && folder.endsWith(`/${folderOf(file)}`),
  );
  for (const file of files.slice(0, 50)) {
    const evidence = await lineOf(project, file, expression, says);
    if (evidence !== undefined) return evidence;
  }
  return undefined;
}

export const goFileSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/no-go-files",
    title: "No Go files in the folder",
    tools: "go",
    match: [{ has: "no Go files in", line: /no Go files in (?<folder>\S+)/ }],
    known: "provoked",
    causes: [
      {
        id: "elsewhere",
        when: async ({ project }) => {
          const mains: string[] = [];
          for (const file of project.tree.files.filter((each) => /(^|\/)main\.go$/.test(each)).slice(0, 20)) {
            if (await lineOf(project, file, /^package main\b/, "")) mains.push(folderOf(file));
          }
          if (mains.length === 0 || mains.includes(".")) return undefined;
          const evidence = mains.map((folder) => thing(folder, "a folder with a program"));
          return { evidence, fields: { mains: mains.join(" "), first: mains[0] ?? "" } };
        },
        happened: ({ field }) =>
          `The go command was asked for the package in ${field("folder")}, and that folder has no Go files. The programs are elsewhere.`,
        fix: "Name the package to build, with ./ before its folder.",
        commands: ({ field }) => `go build ./${field("first")}`,
        check: "go list ./...",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The go command was asked for the package in ${field("folder")}, and that folder has no Go files (test files alone don't count).`,
        fix: "Name the folder of the package, with ./ before it; in a container build, look at WORKDIR and at what COPY brought.",
        check: "go list ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/excluded-by-constraints",
    title: "All files of a package are left out by build constraints",
    tools: "go",
    match: [
      {
        has: "build constraints exclude all Go files",
        line: /build constraints exclude all Go files in (?<folder>\S+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "cgo-off",
        when: async (seen) => {
          const evidence = await goLine(seen, /^import "C"/, "needs cgo");
          return found(evidence);
        },
        happened: ({ field }) =>
          `The files in ${field("folder")} use cgo (import "C"), and cgo was off: CGO_ENABLED=0, no C compiler on PATH, or a build for another platform.`,
        fix: "Turn cgo on and have a C compiler, or use a package without cgo, or add a file for !cgo.",
        commands: "go env CGO_ENABLED CC",
        check: "CGO_ENABLED=1 go build ./...",
      },
      {
        id: "tags",
        when: async (seen) => found(await goLine(seen, /^\/\/go:build /, "the constraint")),
        happened: ({ field }) => `Each file in ${field("folder")} has a constraint that does not hold in this build.`,
        fix: "Give the tag that the constraint asks for (-tags), build for the system that it names, or add a file for the rest.",
        commands: "go build -tags NAME ./...",
        check: "go list -f '{{.GoFiles}} {{.IgnoredGoFiles}}' ./...",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `Every file in ${field("folder")} is for another system, another architecture (by its name or its //go:build line), or needs cgo, which was off.`,
        fix: "Compare the constraints with GOOS, GOARCH, CGO_ENABLED and -tags of this build.",
        commands: "go env GOOS GOARCH CGO_ENABLED",
        check: "go list -f '{{.GoFiles}} {{.IgnoredGoFiles}}' ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/two-packages-in-folder",
    title: "Two packages in one folder",
    tools: "go",
    match: [
      {
        has: "found packages",
        line: /found packages (?<one>\w+) \((?<fileOne>[^)]+)\) and (?<two>\w+) \((?<fileTwo>[^)]+)\) in (?<folder>\S+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "two",
        happened: ({ field }) =>
          `A folder holds one package (and its _test). ${field("fileOne")} says package ${field("one")}, ${field("fileTwo")} says package ${field("two")}.`,
        fix: "Correct one of the package lines, or move the file into a folder of its own. A script that is run by itself can say //go:build ignore.",
        check: "go vet ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/embed-no-match",
    title: "Nothing matches a go:embed pattern",
    tools: "go 1.16 and newer",
    match: [{ has: "no matching files found", line: /pattern (?<pattern>\S+): no matching files found/ }],
    rules: ["context/needed-file-ignored"],
    known: "provoked",
    causes: [
      {
        id: "ignored",
        when: async (seen) => {
          const path = embedded(seen);
          if (path === undefined) return undefined;
          const all = seen.project.tree.files;
          const file =
            all.find((each) => each === path || each.startsWith(`${path}/`)) ??
            all.find((each) => globMatches(path, each));
          return file === undefined ? undefined : ignored(seen, all.includes(path) || file === path ? file : file);
        },
        happened: ({ field }) =>
          `The pattern ${field("pattern")} has its files here, and ${field("hidden")} never reached the build context.`,
        fix: ({ field }) => `Take it back in ${field("ignore")}.`,
        check: "docker build .",
      },
      {
        id: "not-copied",
        when: async (seen) => notCopied(seen, embedded(seen) ?? ""),
        happened: ({ field }) =>
          `The pattern ${field("pattern")} has its files here, and no COPY before this step takes them.`,
        fix: "Copy them before the build: COPY *.go takes Go files alone.",
        check: "docker build .",
      },
      {
        id: "absent",
        happened: ({ field }) =>
          `The directive embeds ${field("pattern")}, counted from the folder of the Go file, and no file there matches it. Below a folder, files that begin with . or _ count only with all:.`,
        fix: "Make the files before the build (a web front end must be built first, and git may ignore its output), or correct the pattern.",
        commands: "git status --ignored",
        check: "go list -f '{{.EmbedPatterns}} {{.EmbedFiles}}' ./...",
      },
    ],
  }),
];
