// go.mod as a text: what this or an older Go can read of it.

import { found, lineOf, stagesOn } from "../evidence.ts";
import { golang, named } from "../goFacts.ts";
import { projectFile } from "../project.ts";
import { type Symptom, defineSymptom } from "../symptom.ts";

export const goModFileSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/go-line-format",
    title: "An old Go can't read the go line",
    tools: "go 1.20 and older",
    match: [
      { has: "must match format", line: /invalid go version '(?<wanted>[^']+)': must match format/ },
      { has: "unknown directive: toolchain", line: /unknown directive: toolchain/ },
    ],
    rules: ["docker/golang-older-than-go-mod"],
    known: "provoked",
    causes: [
      {
        id: "go-line",
        when: async (seen) =>
          found(await named(seen, "a form that came with Go 1.21"), ...(await stagesOn(seen.project, golang))),
        happened: ({ field }) =>
          `A go line of three numbers (${field("wanted") || "and the toolchain line"}) is understood by Go 1.21 and newer. An older Go ran.`,
        fix: "Build with Go 1.21 or newer. Don't cut the third number off: the module then promises to build with versions that nobody tries.",
        commands: "go version",
        check: "go build ./...",
      },
      {
        id: "general",
        happened:
          "go.mod uses a form that came with Go 1.21 (a version of three numbers, a toolchain line), and an older Go ran.",
        fix: "Build with Go 1.21 or newer.",
        commands: "go version",
        check: "go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/conflict-markers",
    title: "Merge conflict markers in go.mod",
    tools: "go",
    match: [{ has: "unknown directive: <<<<<<<", line: /unknown directive: <<<<<<</ }],
    known: "provoked",
    causes: [
      {
        id: "markers",
        happened: "go.mod still holds the marks of a merge that was not finished.",
        fix: "Keep the higher version of each requirement, delete the marks, let the go command mend go.sum. (In go.sum both sides' lines may stay.)",
        commands: "git diff --check\ngo mod tidy",
        check: "go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/unknown-directive",
    title: "go.mod has a directive that this Go does not know",
    tools: "go; tool and godebug came with 1.24 and 1.23, toolchain with 1.21, ignore with 1.25",
    match: [{ has: "unknown directive: ", line: /unknown directive: (?<directive>(?!<<<|===|>>>|toolchain\b)\S+)/ }],
    known: "provoked",
    causes: [
      {
        id: "newer-directive",
        when: async (seen) => {
          const since = { tool: "1.24", godebug: "1.23", ignore: "1.25", retract: "1.16" }[seen.field("directive")];
          const line = await named(seen, "the directive");
          return since === undefined ? undefined : { evidence: line === undefined ? [] : [line], fields: { since } };
        },
        happened: ({ field }) =>
          `The ${field("directive")} directive came with Go ${field("since")}, and an older Go ran.`,
        fix: ({ field }) => `Build with Go ${field("since")} or newer.`,
        commands: "go version",
        check: "go build ./...",
      },
      {
        id: "not-a-directive",
        happened: ({ field }) => `No Go version has a directive ${field("directive")} in go.mod.`,
        fix: "The directives are module, go, toolchain, godebug, require, exclude, replace, retract, tool and ignore.",
        commands: "go help mod edit",
        check: "go mod edit -json",
      },
    ],
  }),
  defineSymptom({
    id: "go/major-suffix",
    title: "Version and path disagree about the major version",
    tools: "go",
    match: [
      {
        has: "invalid: should be",
        line: /require (?<module>[^\s:]+): version "(?<version>[^"]+)" invalid: should be (?<wanted>[^,]+), not (?<is>\S+)/,
      },
      {
        has: "module path must match major version",
        line: /(?<module>[^\s:@]+)@(?<version>[^\s:]+): .{0,200}module path must match major version \("(?<wanted>[^"]+)"\)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "suffix",
        happened: ({ field }) =>
          `From v2 on, a module's path ends in its major version: ${field("module")} ${field("version")} is a module of another path.`,
        fix: "Require and import the path with the suffix (…/v2), in every import too. If the module never took the suffix, its version reads v2.0.0+incompatible.",
        commands: ({ field }) => `go get ${field("module")}/${field("is") || "v2"}`,
        check: "go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/go-mod-malformed",
    title: "go.mod can't be understood",
    tools: "go",
    match: [
      {
        has: "errors parsing go.mod",
        line: /errors parsing (?<file>\S*go\.(?:mod|work))/,
        next: /go\.(?:mod|work):\d+: (?!unknown directive|invalid go version|.*invalid: should be)/,
      },
      { has: "errors parsing go.work", line: /errors parsing (?<file>\S*go\.work)/ },
      { has: "usage: require module/path", line: /usage: require module\/path/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "line",
        when: async ({ project, field }) => {
          const file = projectFile(project, field("file").replace(/:$/, "")) ?? "go.mod";
          return found(
            await lineOf(
              project,
              file,
              /^\s*(?:require\s+)?[\w-]+\.[\w./-]+\s+\d[\w.+-]*\s*$/,
              "a version begins with v",
            ),
          );
        },
        happened:
          "A version in go.mod that does not begin with v is taken for a branch or tag of that name, and looked up.",
        fix: "Write the version as the module's tag has it: v1.2.3.",
        commands: "go mod edit -fmt",
        check: "go mod edit -json",
      },
      {
        id: "general",
        happened: "The go command can't read the file; the lines behind the message say where and why.",
        fix: "Correct the lines that it names. go mod edit changes the file without breaking its form.",
        commands: "go mod edit -json",
        check: "go list -m",
      },
    ],
  }),
];
