// The go command's own commands and flags.

import { type Symptom, defineSymptom } from "../symptom.ts";

export const goUsageSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/unknown-flag",
    title: "The go command has no such flag",
    tools: "go",
    match: [{ has: "flag provided but not defined", line: /flag provided but not defined: -(?<flag>[\w-]+)/ }],
    known: "provoked",
    causes: [
      {
        id: "environment",
        when: async ({ field }) => (/^(?:env|goos|goarch|e)$/i.test(field("flag")) ? { evidence: [] } : undefined),
        happened: ({ field }) => `There is no -${field("flag")}: the system to build for is said by the environment.`,
        fix: "Set the variables before the command.",
        commands: "GOOS=linux GOARCH=amd64 go build ./...",
        check: "go env GOOS GOARCH",
      },
      {
        id: "unknown",
        happened: ({ field }) =>
          `No flag -${field("flag")} here: it belongs to another command, came with a newer version, or stands behind the packages, where it is the program's own.`,
        fix: "Flags stand before the packages. go help says which there are; GOFLAGS may set them for all commands.",
        commands: "go help build\ngo env GOFLAGS",
        check: "go version",
      },
    ],
  }),
  defineSymptom({
    id: "go/unknown-command",
    title: "The go command has no such command",
    tools: "go",
    match: [{ has: ": unknown command", line: /^go (?<command>[\w ]+): unknown command/ }],
    known: "provoked",
    causes: [
      {
        id: "newer",
        happened: ({ field }) =>
          `go has no command ${field("command")}: it is misspelt, or came with a newer version (go work with 1.18, go telemetry with 1.23).`,
        fix: "go help lists the commands of this version.",
        commands: "go help\ngo version",
        check: "go version",
      },
    ],
  }),
];
