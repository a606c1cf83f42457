// Versions of modules: which there are, which is meant, which module a path belongs to.

import { looksPrivate } from "../../../repo/privatePath.ts";
import { found } from "../evidence.ts";
import { required } from "../goFacts.ts";
import { defineSymptom, type Symptom } from "../symptom.ts";

export const goVersionSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/no-matching-versions",
    title: "No version matches the query",
    tools: "go",
    match: [
      {
        has: "no matching versions for query",
        line: /(?<module>[^\s@]+)@(?<query>\S+): no matching versions for query/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "no-versions",
        happened: ({ field }) =>
          `No tag of ${field("module")} answers ${field("query")}. A tag counts if it is v and three numbers (v1.2.3); v2 and later belong to a path that ends in /v2.`,
        fix: "Look which versions there are. For a module in a subfolder, its tags begin with the folder: sub/v1.2.3.",
        commands: ({ field }) => `go list -m -versions ${field("module")}`,
        check: ({ field }) => `go list -m ${field("module")}@latest`,
      },
    ],
  }),
  defineSymptom({
    id: "go/package-not-in-module",
    title: "The module is there, the package is not in it",
    tools: "go",
    match: [
      {
        has: "but does not contain package",
        line: /module (?<module>[^\s@]+)@(?<query>\S+) found(?: \((?<version>[^),]+)[^)]*\))?, but does not contain package (?<package>\S+)/,
      },
      {
        has: "but does not contain package",
        line: /module (?<module>[^\s@]+)@(?<query>\S+) found \((?<version>[^)]+)\)(?:, replaced by \S+)?, but does not contain package (?<package>\S+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "not-in-module",
        happened: ({ field }) =>
          `${field("module")} ${field("version")} has no folder with Go files for ${field("package")}: it was removed, is newer than this version, has become a module of its own, or is misspelt.`,
        fix: "Look at the versions, and take one that has the package; or correct the import.",
        commands: ({ field }) => `go list -m -versions ${field("module")}\ngo get ${field("package")}@main`,
        check: "go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/ambiguous-import",
    title: "Two modules have the package",
    tools: "go",
    match: [{ has: "ambiguous import", line: /ambiguous import: found package (?<package>\S+) in multiple modules/ }],
    known: "provoked",
    causes: [
      {
        id: "two-modules",
        when: async ({ field, project }) => {
          const path = field("package");
          const all = (await project.goMods()).flatMap(({ requires }) => requires);
          return found(
            ...all.filter((each) => path === each.path || path.startsWith(`${each.path}/`)).map(({ at }) => at),
          );
        },
        happened: ({ field }) =>
          `Two required modules hold ${field("package")}: a module was split off, and an old version of the whole still has the folder.`,
        fix: "Take a version of the outer module from after the split; it no longer has the folder.",
        commands: ({ field }) =>
          `go mod graph | grep ${field("package").split("/").slice(0, 3).join("/")}\ngo get OUTER@latest`,
        check: "go mod tidy",
      },
      {
        id: "general",
        happened: ({ field }) => `Two of the modules that take part in the build hold ${field("package")}.`,
        fix: "Take a version of the outer module that no longer has the folder.",
        commands: "go mod graph",
        check: "go mod tidy",
      },
    ],
  }),
  defineSymptom({
    id: "go/path-mismatch",
    title: "The module calls itself otherwise",
    tools: "go",
    match: [
      {
        has: "module declares its path as",
        line: /module declares its path as: (?<declared>\S+)/,
        next: /but was required as: (?<module>\S+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "renamed",
        when: required,
        happened: ({ field }) =>
          `The go.mod of ${field("module")} says that it is ${field("declared")}: it was renamed, or it is a fork that kept the first one's name.`,
        fix: "Import it by the name that it has. A fork takes the place of its original by a replace.",
        commands: ({ field }) =>
          `go get ${field("declared")}\ngo mod edit -replace ${field("declared")}=${field("module")}@VERSION`,
        check: "go mod tidy",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The go.mod of ${field("module")} says that it is ${field("declared")}. Something that is required asks for the other name.`,
        fix: "Find who asks for it, and take a version that does not, or replace it.",
        commands: ({ field }) => `go mod graph | grep ${field("module")}`,
        check: "go mod tidy",
      },
    ],
  }),
  defineSymptom({
    id: "go/retracted-or-excluded",
    title: "The version is excluded",
    tools: "go",
    match: [
      { has: "excluded by go.mod", line: /(?<module>[^\s@]+)@(?<version>[^\s:]+): excluded by go\.mod/ },
      {
        has: "requirement on excluded version",
        line: /dropping requirement on excluded version (?<module>\S+) (?<version>\S+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "excluded",
        when: async ({ field, project }) => {
          const all = (await project.goMods()).flatMap(({ excludes }) => excludes);
          return found(...all.filter(({ path }) => path === field("module")).map(({ at }) => at));
        },
        happened: ({ field }) => `go.mod excludes ${field("module")} ${field("version")}, which is asked for.`,
        fix: "Take another version, or drop the exclude if its reason is gone.",
        commands: ({ field }) => `go mod edit -dropexclude ${field("module")}@${field("version")}`,
        check: "go mod tidy",
      },
      {
        id: "general",
        happened: ({ field }) => `${field("module")} ${field("version")} is excluded.`,
        fix: "Take another version.",
        commands: ({ field }) => `go list -m -versions ${field("module")}`,
        check: "go mod tidy",
      },
    ],
  }),
  defineSymptom({
    id: "go/unknown-revision",
    title: "Unknown revision",
    tools: "go",
    match: [
      {
        has: "unknown revision",
        line: /(?<module>[^\s:@]+)@(?<version>[^\s:]+): .{0,400}unknown revision (?<revision>\S+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "private",
        when: async (seen) => (looksPrivate(seen.field("module")) !== undefined ? required(seen) : undefined),
        happened: ({ field }) =>
          `${field("module")} looks private, and the tag ${field("revision")} was not found. Often it is not the version that is wrong: credentials that may read the repository but not this branch, a mirror that is behind, or a tag that was never pushed.`,
        fix: "Ask the repository itself, with the credentials of the build. A tag counts once it is pushed, begins with v, and for a module in a subfolder begins with that folder.",
        commands: ({ field }) =>
          `git ls-remote --tags https://${field("module").replace(/\.git$/, "")}\nfairlead route ${field("module")}@${field("version")}`,
        check: ({ field }) => `GOPROXY=direct go list -m ${field("module")}@${field("version")}`,
      },
      {
        id: "public",
        happened: ({ field }) =>
          `The repository of ${field("module")} has no ${field("revision")}: the tag was never pushed, was deleted, lacks its v, or lacks the folder before it (sub/v1.2.3). A commit that was rebased away gives the same message.`,
        fix: "Take a version that exists. Without read access to a private repository the message is the same.",
        commands: ({ field }) =>
          `go list -m -versions ${field("module")}\ngit ls-remote --tags https://${field("module").split("/").slice(0, 3).join("/")}`,
        check: ({ field }) => `go list -m ${field("module")}@${field("version")}`,
      },
    ],
  }),
];
