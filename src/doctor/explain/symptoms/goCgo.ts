// cgo: C compilers, headers, libraries.

import { found, stagesOn } from "../evidence.ts";
import { type Symptom, defineSymptom } from "../symptom.ts";

export const goCgoSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/no-c-compiler",
    title: "cgo without a C compiler",
    tools: "go",
    match: [
      { has: "C compiler", line: /C compiler "(?<compiler>[^"]+)" not found/ },
      { has: 'exec: "gcc": executable file not found', line: /exec: "(?<compiler>gcc)": executable file not found/ },
    ],
    rules: ["docker/alpine-without-gcc"],
    known: "provoked",
    causes: [
      {
        id: "image",
        when: async ({ project }) =>
          found(...(await stagesOn(project, /alpine|slim/)).map((each) => ({ ...each, says: "has no C compiler" }))),
        happened: ({ field }) =>
          `A package needs cgo, and the image has no ${field("compiler")}. The golang images on Alpine come without one.`,
        fix: "Build without cgo if no package needs it (CGO_ENABLED=0), install the compiler and the headers, or build on the Debian image. On Alpine, musl-dev is a package of headers, not a program.",
        commands: "RUN apk add --no-cache gcc musl-dev\nENV CGO_ENABLED=0",
        check: "docker build .",
      },
      {
        id: "general",
        happened: ({ field }) => `A package needs cgo (CGO_ENABLED=1), and ${field("compiler")} is not on PATH.`,
        fix: "Build without cgo if no package needs it, or install a C compiler and the C library's headers.",
        commands: "CGO_ENABLED=0 go build ./...\napt-get install --no-install-recommends gcc libc6-dev",
        check: "go list -deps -f '{{if .CgoFiles}}{{.ImportPath}}{{end}}' ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/c-header-missing",
    title: "A C header is missing",
    tools: "gcc, clang",
    match: [
      {
        has: "fatal error: ",
        line: /fatal error: (?:'(?<quoted>[^']+)' file not found|(?<header>\S+\.h(?:pp)?): No such file or directory)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "header",
        happened: ({ field }) =>
          `The C part of a package includes ${field("header") || field("quoted")}, and that header is not installed where the build runs.`,
        fix: "Install the library's development package (named …-dev or …-devel) in the build stage, and its library in the final one.",
        commands: ({ field }) =>
          `apt-file search ${field("header") || field("quoted")}\napk search -x so:${(field("header") || field("quoted")).replace(/\.h.*/, "")}`,
        check: "CGO_ENABLED=1 go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/c-library-missing",
    title: "The linker does not find a C library",
    tools: "ld, lld",
    match: [
      { has: "cannot find -l", line: /cannot find -l(?<library>\S+?)(?::|$|\s)/ },
      { has: "unable to find library -l", line: /unable to find library -l(?<library>\S+)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "library",
        happened: ({ field }) =>
          `The program is linked against lib${field("library")}, which is not installed where the build runs; for a static program (-static) its .a file is needed too.`,
        fix: "Install its development package in the build stage; on Alpine the static part is a package of its own (…-static).",
        commands: ({ field }) => `ldconfig -p | grep lib${field("library")}`,
        check: "CGO_ENABLED=1 go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/cross-cgo",
    title: "cgo for another architecture with this machine's compiler",
    tools: "gcc, clang",
    match: [
      { has: "Error: no such instruction", line: /(?<file>gcc_\w+\.S):\d+: Error: no such instruction/ },
      {
        has: "unrecognized command-line option",
        line: /gcc: error: unrecognized command-line option .(?<option>-m\w+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "cross",
        happened: "GOARCH or GOOS names another machine, cgo is on, and CC is the compiler of this one.",
        fix: "Build without cgo, or give a C compiler for that machine (CC=aarch64-linux-gnu-gcc). Look where GOARCH comes from: a variable of the CI job leaks into every go command.",
        commands: "go env GOOS GOARCH GOHOSTARCH CC\nCGO_ENABLED=0 GOARCH=arm64 go build ./...",
        check: "file ./PROGRAM",
      },
    ],
  }),
  defineSymptom({
    id: "go/race-needs-cgo",
    title: "The race detector needs cgo",
    tools: "go",
    match: [{ has: "-race requires cgo", line: /-race requires cgo/ }],
    known: "provoked",
    causes: [
      {
        id: "off",
        happened: "-race is given and cgo is off: CGO_ENABLED=0 is set, or there is no C compiler on PATH.",
        fix: "Turn cgo on for the tests alone, and have gcc: the race detector is for tests, not for what is shipped.",
        commands: "CGO_ENABLED=1 go test -race ./...",
        check: "go env CGO_ENABLED CC",
      },
    ],
  }),
];
