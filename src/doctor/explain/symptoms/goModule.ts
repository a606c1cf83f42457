// Which module the go command is in, or that it is in none.

import { at, found, ignored, notCopied, thing } from "../evidence.ts";
import { type Symptom, defineSymptom } from "../symptom.ts";

export const goModuleSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/no-go-mod",
    title: "No go.mod where the go command runs",
    tools: "go 1.16 and newer; older ones said cannot find main module",
    match: [
      {
        has: "go.mod file not found in current directory",
        line: /go\.mod file not found in current directory or any parent directory(?!\.$)/,
      },
      { has: "cannot find main module", line: /cannot find main module/ },
      { has: "no modules specified (see", line: /no modules specified \(see 'go help mod download'\)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "ignored",
        when: (seen) => ignored(seen, "go.mod"),
        happened: "go.mod is in the repository, and it never reached the build context.",
        fix: ({ field }) => `Let it through in ${field("ignore")}.`,
        check: "docker build .",
      },
      {
        id: "not-copied",
        when: (seen) => notCopied(seen, "go.mod"),
        happened: "go.mod is in the repository, and no COPY before this step takes it.",
        fix: "Copy go.mod and go.sum first, into the folder of WORKDIR.",
        check: "docker build .",
      },
      {
        id: "workdir",
        when: async ({ project }) => {
          const mods = await project.goMods();
          if (mods.length === 0) return undefined;
          for (const dockerfile of await project.dockerfiles()) {
            const { instructions } = dockerfile;
            const run = instructions.find(({ keyword, rest }) => keyword === "RUN" && /\bgo\s+\w/.test(rest));
            if (run === undefined || /\bcd\s/.test(run.rest)) continue;
            const before = instructions.filter(({ line, stage }) => line < run.line && stage === run.stage);
            const workdir = before.findLast(({ keyword }) => keyword === "WORKDIR");
            const copy = before.findLast(({ keyword }) => keyword === "COPY");
            const isElsewhere = mods.every(({ dir }) => dir !== ".");
            if (workdir !== undefined && !isElsewhere) continue;
            const evidence = [copy, workdir, run].flatMap((each) => {
              return each === undefined
                ? []
                : [at(dockerfile, each, each === run ? "runs the go command there" : "decides where it runs")];
            });
            const mod = mods[0]?.file ?? "go.mod";
            return {
              evidence: [...evidence, thing(mod, "the go.mod that is meant")],
              fields: { folder: mods[0]?.dir ?? "." },
            };
          }
          return undefined;
        },
        happened: ({ field }) =>
          field("folder") === "."
            ? "The step runs in / : there is no WORKDIR, and GOPATH's default does not help with modules."
            : `The step runs at the top, and the module is in ${field("folder")}.`,
        fix: ({ field }) =>
          `Set the folder before the step: WORKDIR /src${field("folder") === "." ? "" : `/${field("folder")}`}, and copy go.mod there.`,
        check: "docker build .",
      },
      {
        id: "elsewhere",
        when: async ({ project }) => {
          const mods = await project.goMods();
          return mods.length === 0
            ? undefined
            : found(...mods.slice(0, 3).map(({ file }) => thing(file, "a go.mod of this repository")));
        },
        happened: "The go command ran in a folder that is in no module.",
        fix: "Run it in the folder of the go.mod that is meant (cd, -C, or WORKDIR in a container build).",
        commands: "go env GOMOD",
        check: "go list -m",
      },
      {
        id: "none",
        happened: "There is no go.mod here. Since Go 1.16 the go command does not fall back to GOPATH.",
        fix: "Make one; the path is where others will fetch the module from.",
        commands: "go mod init example.com/your/module\ngo mod tidy",
        check: "go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/get-outside-module",
    title: "go get outside of a module",
    tools: "go 1.18 and newer",
    match: [
      {
        has: "go.mod file not found in current directory or any parent directory.",
        line: /go\.mod file not found in current directory or any parent directory\.$/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "outside",
        happened:
          "go get changes the go.mod of the module it is run in, and here is none. It no longer installs programs.",
        fix: "To install a program, name a version with go install. To add a dependency, go into the module's folder.",
        commands: "go install example.com/cmd@v1.2.3",
        check: "go env GOMOD",
      },
    ],
  }),
  defineSymptom({
    id: "go/install-needs-version",
    title: "go install without a version",
    tools: "go 1.16 and newer",
    match: [
      {
        has: "requires a version when current directory",
        line: /'go install' requires a version when current directory is not in a module/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "version",
        happened: "Outside of a module, go install must be told which version to build.",
        fix: "Name a fixed version, so that the same image comes out tomorrow; @latest is another program each month.",
        commands: "go install example.com/cmd@v1.2.3",
        check: "go version -m $(go env GOPATH)/bin/*",
      },
    ],
  }),
  defineSymptom({
    id: "go/install-with-replace",
    title: "go install of a module that replaces others",
    tools: "go 1.16 and newer",
    match: [
      { has: "more replace directives", line: /more replace directives\. It must not contain/ },
      { has: "contains one or", line: /The go\.mod file for the module providing named packages contains one or/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "replace",
        happened:
          "go install path@version builds a module as others see it, and refuses one whose go.mod replaces or excludes modules: the replacements would not count.",
        fix: "Clone the repository and run go install in it, or ask the owners for a release without replace.",
        commands: "git clone REPOSITORY tool\ncd tool\ngo install ./...",
        check: "go version -m $(go env GOPATH)/bin/*",
      },
    ],
  }),
  defineSymptom({
    id: "go/outside-module",
    title: "The folder belongs to another module, or to none",
    tools: "go; 1.17 and older say outside available modules",
    match: [
      {
        has: "does not contain package",
        line: /main module \((?<module>[^)]+)\) does not contain package (?<package>\S+)/,
      },
      { has: "outside main module", line: /directory (?<folder>\S+) outside main module or its selected dependencies/ },
      { has: "outside available modules", line: /directory (?<folder>\S+) outside available modules/ },
      {
        has: "does not contain modules listed in go.work",
        line: /directory prefix (?<folder>\S+) does not contain modules listed in go\.work/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "outside",
        happened:
          "The folder that was named has a go.mod of its own between it and here, or lies outside of the module: the go command builds one module at a time.",
        fix: "Run the command in the other module's folder, or join both in a workspace.",
        commands: "go work init . ./OTHER",
        check: "go list -m",
      },
    ],
  }),
  defineSymptom({
    id: "go/gopath-mode",
    title: "The go command works without modules",
    tools: "go",
    match: [{ has: "in any of:", line: /cannot find package "(?<package>[^"]+)" in any of:/ }],
    rules: ["docker/go111module"],
    known: "provoked",
    causes: [
      {
        id: "off",
        happened: ({ field }) =>
          `${field("package")} is looked for in GOROOT and GOPATH alone: GO111MODULE=off is set, or an old Go (before 1.16) decided so.`,
        fix: "Unset it: modules are the default since Go 1.16, and no stage needs GO111MODULE=on then.",
        commands: "go env GO111MODULE GOFLAGS\ngo env -u GO111MODULE",
        check: "go env GOMOD",
      },
    ],
  }),
];
