// Several modules in one place: replacements by folders, and workspaces.

import { found, ignored, lineOf, notCopied } from "../evidence.ts";
import { literally } from "../literally.ts";
import { hasFolder } from "../project.ts";
import { type Case, type Found, type Symptom, defineSymptom } from "../symptom.ts";

/** The replacement's folder, from the root; undefined if it lies outside. */
function inside({ field, project }: Case): string | undefined {
  const folder = field("folder");
  if (folder.startsWith("/")) return undefined;
  const clean = folder.replace(/^(?:\.\/)+/, "").replace(/\/$/, "");
  if (!clean.startsWith("../")) return hasFolder(project, clean) ? clean : undefined;
  const rest = clean.replace(/^(?:\.\.\/)+/, "");
  return hasFolder(project, rest) ? rest : undefined;
}

async function withReplace({ field, project }: Case, proof: Found | undefined): Promise<Found | undefined> {
  if (proof === undefined) return undefined;
  const replace = (await project.goMods()).flatMap(({ replaces }) => replaces).find(({ by }) => by === field("folder"));
  if (replace === undefined) return proof.evidence.length === 0 ? undefined : proof;
  return { ...proof, fields: { ...proof.fields, module: replace.path }, evidence: [replace.at, ...proof.evidence] };
}

export const goWorkspaceSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/replacement-missing",
    title: "A replacement's folder is not there",
    tools: "go",
    match: [
      {
        has: "replacement directory",
        line: /(?:(?<module>[^\s@]+)@(?<version>[^\s:]+): )?replacement directory (?<folder>\S+) does not exist/,
      },
      {
        has: "(replaced by ",
        line: /(?<module>[^\s@]+)@(?<version>\S+) \(replaced by (?<folder>[^)]+)\): reading .{1,300}no such file or directory/,
      },
    ],
    rules: ["mod/local-replace"],
    known: "provoked",
    causes: [
      {
        id: "ignored",
        when: async (seen) => ignored(seen, inside(seen) ?? ""),
        happened: ({ field }) =>
          `${field("module")} is replaced by ${field("folder")}, and that folder never reached the build context.`,
        fix: ({ field }) => `Let it through in ${field("ignore")}.`,
        check: "docker build .",
      },
      {
        id: "not-copied",
        when: async (seen) => withReplace(seen, await notCopied(seen, inside(seen) ?? "")),
        happened: ({ field }) =>
          `${field("module")} is replaced by ${field("folder")}. The folder is in the repository, and this step runs before any COPY takes it.`,
        fix: ({ field }) =>
          `Copy the replacement's go.mod before go mod download, and the rest of it before the build: COPY ${field("notCopied")} ./${field("notCopied")}`,
        check: "docker build .",
      },
      {
        id: "outside-context",
        when: async (seen) => (inside(seen) === undefined ? withReplace(seen, { evidence: [] }) : undefined),
        happened: ({ field }) =>
          `${field("module")} is replaced by ${field("folder")}, which lies outside of this repository: on this machine it may be there, in a build context and in CI it is not.`,
        fix: "Drop the replace and require a version; for work on both at once, use a go.work that is not committed. In a container build, the context must hold both: build from the folder above, or give the other one with --build-context.",
        commands: ({ field }) => `go mod edit -dropreplace ${field("module")}\ngo get ${field("module")}@latest`,
        check: "git clone . /tmp/fresh && cd /tmp/fresh && go build ./...",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `go.mod replaces a module by the folder ${field("folder")}, and that folder was not there where the go command ran.`,
        fix: "Bring the folder to where the build runs (checkout, COPY, build context), or drop the replace.",
        commands: "go mod edit -json",
        check: "go list -m all",
      },
    ],
  }),
  defineSymptom({
    id: "go/work-member-missing",
    title: "A member of go.work is not there",
    tools: "go 1.18 and newer; 1.20 and older only say which go.mod can't be opened",
    match: [
      { has: "listed in go.work file", line: /cannot load module (?<member>\S+) listed in go\.work file/ },
      { has: "go: open ", line: /^go: open (?<open>\S+\/go\.mod): no such file or directory/ },
    ],
    rules: ["docker/workspace-member-not-copied"],
    known: "provoked",
    causes: [
      {
        id: "not-copied",
        when: async (seen) => {
          const printed = seen.field("open").replace(/\/go\.mod$/, "") || seen.field("member");
          const work = seen.project.tree.files.find((file) => /(^|\/)go\.work$/.test(file));
          if (work === undefined) return undefined;
          const name = printed.slice(printed.lastIndexOf("/") + 1);
          const line = await lineOf(
            seen.project,
            work,
            new RegExp(`^\\s*(?:use\\s+)?(?:\\./)?(?:[\\w./-]*/)?${literally(name)}\\s*$`),
            "names it as a member",
          );
          const folder = line?.text.replace(/^use\s+/, "").replace(/^\.\//, "") ?? name;
          const copied = (await ignored(seen, `${folder}/go.mod`)) ?? (await notCopied(seen, `${folder}/go.mod`));
          const evidence = [...(line === undefined ? [] : [line]), ...(copied?.evidence ?? [])];
          return evidence.length === 0 ? undefined : { evidence, fields: { folder, ...copied?.fields } };
        },
        happened: ({ field }) =>
          `go.work names ${field("folder")} as a member, and its go.mod was not there. In a workspace, the go.mod of every member must be, whichever one is built.`,
        fix: "Copy go.work and each member's go.mod and go.sum before go mod download; or build the one module by itself.",
        commands: "GOWORK=off go build ./...",
        check: "docker build .",
      },
      {
        id: "general",
        happened: "go.work, in this folder or above it, names a module that is not there.",
        fix: "Bring all members to where the build runs, or build the one module by itself.",
        commands: "go env GOWORK\nGOWORK=off go build ./...",
        check: "go list -m",
      },
    ],
  }),
  defineSymptom({
    id: "go/not-in-workspace",
    title: "The module is no member of the workspace",
    tools: "go 1.18 and newer",
    match: [
      {
        has: "not one of the workspace modules",
        line: /is contained in a module that is not one of the workspace modules listed in go\.work/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "not-used",
        when: async ({ project }) => {
          const work = project.tree.files.find((file) => /(^|\/)go\.work$/.test(file));
          if (work === undefined) return undefined;
          const text = (await project.lines(work)).join("\n");
          const out = (await project.goMods()).filter(
            ({ dir }) => !new RegExp(`(?:^|[\\s/])${literally(dir)}(?:\\s|$)`).test(text),
          );
          return found(
            await lineOf(project, work, /^\s*use\b/, "the members"),
            ...out.slice(0, 3).map(({ module }) => module),
          );
        },
        happened: "A go.work in this folder or above it counts for everything below, and it does not name this module.",
        fix: "Add the module to it, or leave the workspace out of this build.",
        commands: "go work use .\nGOWORK=off go build ./...",
        check: "go env GOWORK",
      },
      {
        id: "general",
        happened:
          "A go.work above this folder does not name this module. It may lie far above, where somebody else put it.",
        fix: "Add the module to it, or leave the workspace out of this build.",
        commands: "go env GOWORK\nGOWORK=off go build ./...",
        check: "go list -m",
      },
    ],
  }),
  defineSymptom({
    id: "go/mod-flag-in-workspace",
    title: "-mod in a workspace",
    tools: "go 1.18 and newer; vendor is allowed since 1.22",
    match: [
      {
        has: "-mod may only be set to readonly",
        line: /-mod may only be set to readonly.{0,40} when in workspace mode, but it is set to "(?<mod>\w+)"/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "flag",
        when: async ({ project }) => {
          const work = project.tree.files.find((file) => /(^|\/)go\.work$/.test(file));
          return work === undefined
            ? undefined
            : found(await lineOf(project, work, /^go\s/, "this folder is a workspace"));
        },
        happened: ({ field }) =>
          `-mod=${field("mod")} is set (by a flag, or by GOFLAGS), and a workspace does not allow it.`,
        fix: "Drop the flag, or leave the workspace.",
        commands: "go env GOFLAGS\nGOWORK=off go build ./...",
        check: "go build ./...",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `-mod=${field("mod")} is set (by a flag, or by GOFLAGS), and a go.work above does not allow it.`,
        fix: "Drop the flag, or leave the workspace.",
        commands: "go env GOFLAGS GOWORK",
        check: "GOWORK=off go build ./...",
      },
    ],
  }),
];
