// Which Go runs, and which one is asked for.

import { found, stagesOn } from "../evidence.ts";
import { golang, requirement, rootMod } from "../goFacts.ts";
import { type Case, type Found, type Symptom, defineSymptom } from "../symptom.ts";

async function olderImage(seen: Case): Promise<Found | undefined> {
  const images = await stagesOn(seen.project, golang);
  if (images.length === 0) return undefined;
  const go = (await rootMod(seen))?.go?.at;
  return {
    evidence: [...(go === undefined ? [] : [go]), ...images.map((each) => ({ ...each, says: "its Go is older" }))],
  };
}

async function goLine({ project }: Case): Promise<Found | undefined> {
  return found((await project.goMods())[0]?.go?.at);
}

export const goToolchainSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/toolchain-too-old",
    title: "The module asks for a newer Go than the one that runs",
    tools: "go 1.21 and newer refuse; older ones try, and add a note when they fail",
    match: [
      {
        has: "requires go >=",
        line: /(?<module>[^\s:@]+)@(?<version>v[^\s:]+) requires go >= (?<wanted>[\w.]+) \(running go (?<running>[\w.]+)/,
      },
      {
        has: "requires go >=",
        line: /(?:go\.mod|go\.work|module \S+).{0,200}requires go >= (?<wanted>[\w.]+) \(running go (?<running>[\w.]+)/,
      },
      { has: "note: module requires Go", line: /note: module requires Go (?<wanted>[\w.]+)/ },
    ],
    rules: ["docker/golang-older-than-go-mod"],
    known: "provoked",
    causes: [
      {
        id: "dependency",
        when: async (seen) => (seen.field("module") === "" ? undefined : found((await requirement(seen))?.at)),
        happened: ({ field }) =>
          `${field("module")} ${field("version")} asks for Go ${field("wanted")} in its own go.mod, and Go ${field("running")} runs here. GOTOOLCHAIN=local, as in the official images, forbids to fetch a newer one.`,
        fix: "Build with a newer Go, or require the newest version of the module that still serves yours.",
        commands: ({ field }) => `go list -m -versions ${field("module")}`,
        check: "go build ./...",
      },
      {
        id: "image",
        when: olderImage,
        happened: ({ field }) =>
          `go.mod asks for Go ${field("wanted")}, and Go ${field("running") || "older than that"} runs in the build. The official images set GOTOOLCHAIN=local, so that it is not fetched.`,
        fix: ({ field }) =>
          `Take an image of at least that version, or lower the go line if nothing needs it. Don't set GOTOOLCHAIN=auto in the image: each build would fetch a toolchain.`.replace(
            "that version",
            `golang:${field("wanted")}`,
          ),
        check: "docker build .",
      },
      {
        id: "go-line",
        when: async (seen) => found((await rootMod(seen))?.go?.at),
        happened: ({ field }) =>
          `go.mod asks for Go ${field("wanted")}, and the go command that runs is ${field("running") || "older"}.`,
        fix: "Use a newer go (the one on PATH decides; GOTOOLCHAIN=auto lets Go 1.21 and newer fetch it), or lower the go line if nothing needs it.",
        commands: "go version\ngo env GOTOOLCHAIN",
        check: "go build ./...",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `Something asks for Go ${field("wanted")}, and Go ${field("running") || "older than that"} runs.`,
        fix: "Use a newer go: the image's tag, the CI job's version, or the go on PATH decides.",
        commands: "go version\ngo env GOTOOLCHAIN",
        check: "go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/newer-language",
    title: "The go line is older than the code",
    tools: "go",
    match: [
      { has: "-lang was set to", line: /requires (?<wanted>go[\d.]+) or later \(-lang was set to (?<is>go[\d.]+)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "go-line",
        when: goLine,
        happened: ({ field }) =>
          `The code uses the language of ${field("wanted")}, and go.mod says ${field("is")}: the go line decides which language the compiler speaks, whatever its own version.`,
        fix: ({ field }) =>
          `Raise the go line to ${field("wanted").slice(2)}, and with it the oldest Go that may build the module.`,
        commands: ({ field }) => `go mod edit -go=${field("wanted").slice(2)}\ngo mod tidy`,
        check: "go build ./...",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The code uses the language of ${field("wanted")}, and its go.mod says ${field("is")}.`,
        fix: "Raise the go line of that module.",
        commands: ({ field }) => `go mod edit -go=${field("wanted").slice(2)}`,
        check: "go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/toolchain-unavailable",
    title: "The toolchain that go.mod asks for can't be had",
    tools: "go 1.21 and newer",
    match: [
      {
        has: "toolchain not available",
        line: /download (?<wanted>go\S+) for (?<platform>\S+): toolchain not available/,
      },
      { has: "toolchain@", line: /golang\.org\/toolchain@\S+: (?<why>.+)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "unavailable",
        when: goLine,
        happened: ({ field }) =>
          `go.mod asks for ${field("wanted") || "another Go"}, GOTOOLCHAIN lets the go command fetch it, and the proxy has none of that name for ${field("platform") || "this machine"}.`,
        fix: "Correct the version (a go line may not lie in the future), or use a proxy that passes golang.org/toolchain on.",
        commands: "go env GOTOOLCHAIN GOPROXY\nGOTOOLCHAIN=local go build ./...",
        check: "go version",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The go command tried to fetch ${field("wanted") || "a toolchain"} and did not get it.`,
        fix: "Install that Go, correct the go line, or use a proxy that passes golang.org/toolchain on.",
        commands: "go env GOTOOLCHAIN GOPROXY",
        check: "go version",
      },
    ],
  }),
  defineSymptom({
    id: "go/toolchain-setting",
    title: "GOTOOLCHAIN is not understood",
    tools: "go 1.21 and newer",
    match: [{ has: "invalid GOTOOLCHAIN", line: /invalid GOTOOLCHAIN "(?<value>[^"]*)"/ }],
    known: "provoked",
    causes: [
      {
        id: "setting",
        happened: ({ field }) => `GOTOOLCHAIN="${field("value")}" is no name of a toolchain: one begins with go.`,
        fix: "local (the one that is installed), auto, or a name such as go1.26.2, with +auto or +path behind it.",
        commands: ({ field }) => `export GOTOOLCHAIN=go${field("value").replace(/^v/, "")}\ngo env -u GOTOOLCHAIN`,
        check: "go version",
      },
    ],
  }),
];
