// The go command looks for an imported package and does not find it, or may not use it.

import { suggest } from "../../../config/suggest.ts";
import { found, ignored, notCopied, thing } from "../evidence.ts";
import { folderOf } from "../../../repo/goPackages.ts";
import { ownModule, packageFolder, requirementOf } from "../goMod.ts";
import { hasFolder } from "../project.ts";
import { type Case, type Found, type Symptom, defineSymptom } from "../symptom.ts";
import { standardSince } from "./standardSince.ts";

/** The folder in which a package of the project should be. */
async function packageDir({ field, project }: Case): Promise<string | undefined> {
  const mods = await project.goMods();
  const path = field("package");
  const module = ownModule(mods, path);
  return module === undefined ? undefined : packageFolder(module, path);
}

async function isOwn(seen: Case): Promise<boolean> {
  return ownModule(await seen.project.goMods(), seen.field("package")) !== undefined;
}

async function whereFlat(seen: Case): Promise<Found | undefined> {
  const folder = await packageDir(seen);
  if (folder === undefined || !hasFolder(seen.project, folder)) return undefined;
  return notCopied(seen, folder);
}

export const goPackageSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/no-module-provides",
    title: "No required module has an imported package",
    tools: "go 1.16 and newer",
    match: [
      { has: "no required module provides package", line: /no required module provides package (?<package>[^\s;:]+)/ },
      {
        has: "import lookup disabled by -mod=readonly",
        line: /cannot find module providing package (?<package>[^\s:]+): import lookup disabled by -mod=readonly/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "ignored",
        when: async (seen) => ignored(seen, (await packageDir(seen)) ?? ""),
        happened: ({ field }) =>
          `The build looks for the package ${field("package")} of its own module, and its folder ${field("hidden")} never reached the build context. The go command then takes it for somebody else's package.`,
        fix: ({ field }) =>
          `Take the folder back in ${field("ignore")}: a pattern without a slash at its beginning hides every folder of that name.`,
        check: "docker build .",
      },
      {
        id: "copied-flat",
        when: whereFlat,
        happened: ({ field }) =>
          `The folder ${field("notCopied")} is in the repository, but no COPY before this step takes it: a pattern such as *.go matches files of one folder, never those below it. The go command then takes ${field("package")} for somebody else's package.`,
        fix: "Copy the tree, not the files: with a .dockerignore for what the build does not need, COPY . . is right.",
        check: "docker build .",
      },
      {
        id: "absent",
        when: async (seen) => {
          const folder = await packageDir(seen);
          if (folder === undefined || hasFolder(seen.project, folder)) return undefined;
          const folders = seen.project.tree.files.filter((file) => file.endsWith(".go")).map(folderOf);
          const similar = suggest(folder, new Set(folders));
          const module = ownModule(await seen.project.goMods(), seen.field("package"));
          const near = similar === undefined ? undefined : thing(similar, "a folder of nearly that name");
          const proof = found(module?.module, near);
          return proof === undefined ? undefined : { ...proof, fields: { folder, near: near?.file ?? "" } };
        },
        happened: ({ field }) =>
          `${field("package")} would be the folder ${field("folder")} of this repository, and there is no such folder.`,
        fix: ({ field }) =>
          field("near") === ""
            ? "Correct the import, or add the folder: generated code must be generated before the build, and git must not ignore it."
            : `Correct the import: did you mean ${field("near")}?`,
        commands: ({ field }) => `git log --oneline -- ${field("folder")}`,
        check: "go build ./...",
      },
      {
        id: "general",
        when: async (seen) => ((await isOwn(seen)) ? { evidence: [] } : undefined),
        happened: ({ field }) =>
          `${field("package")} belongs to the module that is built, and its folder was not there where the go command ran.`,
        fix: "Look at what reached the build: the COPY lines and .dockerignore of a container build, the checkout of a CI job.",
        check: "go list ./...",
      },
      ...requirementCauses(),
    ],
  }),
  defineSymptom({
    id: "go/not-in-std",
    title: "A package without a dot in its path is looked for in the standard library",
    tools: "go; 1.20 and older say GOROOT instead of std",
    match: [
      { has: "is not in std", line: /package (?<package>[^\s:]+) is not in std(?: \((?<goroot>[^)]*)\))?/ },
      { has: "is not in GOROOT", line: /package (?<package>[^\s:]+) is not in GOROOT(?: \((?<goroot>[^)]*)\))?/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "newer-std",
        when: async (seen) => {
          const since = standardSince(seen.field("package"));
          if (since === undefined) return undefined;
          const go = (await seen.project.goMods())[0]?.go?.at;
          return { evidence: go === undefined ? [] : [go], fields: { since } };
        },
        happened: ({ field }) =>
          `${field("package")} is in the standard library since Go ${field("since")}, and an older Go ran here (${field("goroot") || "see go version"}).`,
        fix: ({ field }) =>
          `Build with Go ${field("since")} or newer: the image's tag, the CI job's version, or the go on PATH decides.`,
        commands: "go version",
        check: "go build ./...",
      },
      {
        id: "folder",
        when: async ({ field, project, place }) => {
          const folder = field("package");
          const isCommandLine = place === undefined && hasFolder(project, folder);
          return isCommandLine ? found(thing(folder, "the folder that was meant")) : undefined;
        },
        happened: ({ field }) =>
          `${field("package")} is a folder here, but without ./ the go command takes the word for an import path.`,
        fix: "Write ./ before a folder.",
        commands: ({ field }) => `go build ./${field("package")}`,
        check: ({ field }) => `go list ./${field("package")}`,
      },
      {
        id: "without-module-path",
        when: async ({ field, project, place }) => {
          const [module] = await project.goMods();
          const folder = field("package");
          if (module === undefined || !hasFolder(project, folder)) return undefined;
          const proof = found(thing(folder, "the folder that was meant"), module.module);
          if (proof === undefined) return undefined;
          const path = `${module.path}/${folder}`;
          const importLine = place === undefined ? undefined : (await project.lines(place.file))[place.line - 1];
          if (place === undefined || importLine === undefined) return { ...proof, fields: { path } };
          const after = [importLine.replace(`"${folder}"`, `"${path}"`)];
          return { ...proof, fields: { path }, change: { ...place, before: [importLine], after } };
        },
        happened: ({ field }) =>
          `${field("package")} is a folder of this module. An import path begins with the module's path; without it the go command looks in the standard library alone.`,
        fix: ({ field }) => `Import it as ${field("path")}.`,
        check: "go build ./...",
      },
      {
        id: "no-dot",
        happened: ({ field }) =>
          `${field("package")} has no dot in its first element, so it can only be of the standard library, and there is no such package in this Go.`,
        fix: "Write the whole path (github.com/gin-gonic/gin, not gin). If the package is new in the standard library, build with a newer Go.",
        check: "go version; go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/relative-import",
    title: "A relative import",
    tools: "go; 1.19 and older say local import",
    match: [
      {
        has: "is relative, but relative import paths",
        line: /"(?<package>[^"]+)" is relative, but relative import paths are not supported in module mode/,
      },
      { has: "in non-local package", line: /local import "(?<package>[^"]+)" in non-local package/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "module-path",
        when: async ({ field, project, place }) => {
          const module = (await project.goMods()).find((each) => each.module !== undefined);
          if (module?.module === undefined) return undefined;
          const folder = field("package").replace(/^(?:\.\/)+/, "");
          const path = `${module.path}/${folder}`;
          const line = place === undefined ? undefined : (await project.lines(place.file))[place.line - 1];
          const proof = { evidence: [module.module], fields: { path } };
          if (place === undefined || line === undefined || folder.startsWith("..")) return proof;
          const after = [line.replace(`"${field("package")}"`, `"${path}"`)];
          return { ...proof, change: { ...place, before: [line], after } };
        },
        happened: ({ field }) => `With modules, an import can't be relative: ${field("package")} means nothing.`,
        fix: ({ field }) => `Import it by the module's path: ${field("path")}.`,
        check: "go build ./...",
      },
      {
        id: "general",
        happened: ({ field }) => `With modules, an import can't be relative: ${field("package")} means nothing.`,
        fix: "Import the package by the path of its module (first line of go.mod) and its folder.",
        check: "go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/internal-package",
    title: "An internal package of another module",
    tools: "go",
    match: [{ has: "use of internal package", line: /use of internal package (?<package>\S+) not allowed/ }],
    known: "provoked",
    causes: [
      {
        id: "internal",
        happened: ({ field }) =>
          `${field("package")} may be imported only from below the folder that holds its internal/, and from no other module. A replace or a workspace changes nothing about it.`,
        fix: "Use what the module offers outside internal/, ask its owners to move the package, or copy what its licence lets you copy.",
        commands: ({ field }) => `go list -f '{{.Dir}}' ${field("package").split("/internal/")[0] ?? ""}/...`,
        check: "go vet ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/import-cycle",
    title: "Packages that import each other",
    tools: "go; 1.24 and newer name the files",
    match: [
      {
        has: "import cycle not allowed",
        line: /(?:imports )?(?<package>[^\s:]+)?(?: from \S+)?: import cycle not allowed|import cycle not allowed/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "cycle",
        happened: "The packages listed above the message import each other in a circle, which Go does not allow.",
        fix: "Move what both need into a third package, or let one of them take an interface that the other one fills.",
        commands: "go list -f '{{.ImportPath}}: {{join .Imports \" \"}}' ./...",
        check: "go build ./...",
      },
    ],
  }),
];

function requirementCauses(): Symptom["causes"] {
  return [
    {
      id: "stale-copy",
      when: async ({ field, project }) => found(requirementOf(await project.goMods(), field("package"))?.at),
      happened: ({ field }) =>
        `The go.mod here requires the module of ${field("package")}, and the go.mod that the build saw did not: it was an older copy, another module's, or a workspace of other members.`,
      fix: "Commit go.mod and go.sum, and build again from a fresh context; in a repository of several modules, look which go.mod the step's folder belongs to.",
      commands: "git status go.mod go.sum\ngo env GOMOD GOWORK",
      check: "go build ./...",
    },
    {
      id: "not-required",
      happened: ({ field }) =>
        `The code imports ${field("package")}, and no module that go.mod requires has it. Since Go 1.16 a build does not add requirements by itself.`,
      fix: "Add the requirement, and commit go.mod and go.sum. Do it outside of the image: a build that changes go.mod builds something else each time.",
      commands: ({ field }) => `go get ${field("package")}\ngo mod tidy`,
      check: "go build ./...",
    },
  ];
}
