// The checksum database, asked for what it does not know, or not reached.

import { looksPrivate } from "../../../repo/privatePath.ts";
import { moduleIn, requiredHere, route } from "../privateModule.ts";
import { type Symptom, defineSymptom } from "../symptom.ts";

export const checksumDatabaseSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/sumdb-gone",
    title: "The checksum database does not know the module",
    tools: "go 1.13 and newer",
    match: [
      {
        has: "/lookup/",
        line: /reading https?:\/\/[^\s/]+\/(?:\S*\/)?lookup\/(?<module>[^\s@]+)@(?<version>\S+): (?<status>404|410)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "private",
        when: async (seen) => (looksPrivate(moduleIn(seen)) === undefined ? undefined : requiredHere(seen)),
        happened: ({ field }) =>
          `${field("module")} looks private, and the public checksum database was asked for it: it answers ${field("status")}, since it can't read the repository. The path has been told to a stranger.`,
        fix: "Say that the path is private. Don't set GOSUMDB=off: it turns verification off for everything.",
        commands: ({ field }) =>
          `go env -w GOPRIVATE=${field("module").split("/")[0] ?? ""}\nENV GOPRIVATE=${field("module").split("/")[0] ?? ""}`,
        check: route,
      },
      {
        id: "unreadable",
        happened: ({ field }) =>
          `The checksum database could not make a record of ${field("module")}: the repository is private, the version does not exist, or the module can't be packed (a file name that a zip may not hold).`,
        fix: "If it is private, add it to GOPRIVATE. If it is public, open the address in the message: the answer says what is wrong with the module.",
        commands: ({ field }) => `go env GOPRIVATE GONOSUMDB GOSUMDB\nfairlead route ${field("module")}`,
        check: route,
      },
    ],
  }),
  defineSymptom({
    id: "go/sumdb-unreachable",
    title: "The checksum database is not reached",
    tools: "go 1.13 and newer",
    match: [
      {
        has: "/lookup/",
        line: /verifying (?:go\.mod|module): (?<module>[^\s@]+)@\S+: Get "?(?<url>https?:\/\/[^"\s]+)"?: (?<why>.+)/,
      },
      { has: "/lookup/", line: /Get "?(?<url>https?:\/\/\S+\/lookup\/[^"\s]+)"?: (?<why>.+)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "unreachable",
        happened: ({ field }) =>
          `Modules come, and the database that vouches for them is not reached (${field("why")}).`,
        fix: "Take a proxy that passes the database through, as Fairlead's does. For private paths use GOPRIVATE; GOSUMDB=off turns verification off for everything.",
        commands: "go env GOSUMDB GOPROXY",
        check: route,
      },
    ],
  }),
];
