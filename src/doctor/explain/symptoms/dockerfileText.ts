// The Dockerfile as a text.

import { suggest } from "../../../config/suggest.ts";
import { found, instructions, thing } from "../evidence.ts";
import { type Case, type Evidence, type Symptom, defineSymptom } from "../symptom.ts";

async function dockerfileLine({ field, project }: Case, says: string): Promise<Evidence | undefined> {
  const line = Number(field("number"));
  const file = (await project.dockerfiles())[0]?.file;
  if (file === undefined || line === 0) return undefined;
  const text = (await project.lines(file))[line - 1];
  return text === undefined ? undefined : { file, line, text: text.trim(), says };
}

const known = [
  "FROM",
  "RUN",
  "CMD",
  "LABEL",
  "EXPOSE",
  "ENV",
  "ADD",
  "COPY",
  "ENTRYPOINT",
  "VOLUME",
  "USER",
  "WORKDIR",
  "ARG",
  "ONBUILD",
  "STOPSIGNAL",
  "HEALTHCHECK",
  "SHELL",
];

export const dockerfileTextSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "docker/dockerfile-missing",
    title: "No Dockerfile where it is looked for",
    tools: "docker build",
    match: [
      {
        has: "failed to read dockerfile",
        line: /failed to read dockerfile: open (?:\S*\/)?(?<file>[^\s/:]+): no such file/,
      },
      {
        has: "unable to evaluate symlinks in Dockerfile path",
        line: /unable to evaluate symlinks in Dockerfile path: lstat (?<file>\S+): no such file/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "absent",
        when: async ({ project }) => {
          const files = (await project.dockerfiles()).map(({ file }) => file);
          const proof = found(...files.slice(0, 5).map((file) => thing(file, "a Dockerfile of this repository")));
          return proof === undefined ? undefined : { ...proof, fields: { other: files[0] ?? "" } };
        },
        happened: ({ field }) =>
          `docker build looks for ${field("file")} at the top of the context (or where -f says), and there is none.`,
        fix: "Name it with -f; the context stays the last argument.",
        commands: ({ field }) => `docker build -f ${field("other")} .`,
        check: "docker build .",
      },
      {
        id: "none",
        happened: ({ field }) =>
          `There is no ${field("file")}: docker build looks at the top of the context, or where -f says. A .dockerignore may name it, too.`,
        fix: "Write one, or name it with -f. For a Go repository, fairlead init writes one that fits.",
        commands: "fairlead dockerfile > Dockerfile",
        check: "docker build .",
      },
    ],
  }),
  defineSymptom({
    id: "docker/unknown-instruction",
    title: "A line that is no instruction",
    tools: "docker build",
    match: [
      {
        has: "unknown instruction",
        line: /(?:dockerfile parse error.{0,20} line (?<number>\d+): )?unknown instruction: (?<word>\S+)/i,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "heredoc",
        when: async (seen) => {
          const lines = await instructions(seen.project, ({ rest }) => /<<-?\s*["']?\w/.test(rest), "a heredoc");
          return found(...lines);
        },
        happened:
          "The Dockerfile has a heredoc (<<EOF), and the builder that read it is too old to know them: it took the lines inside for instructions.",
        fix: "Name a frontend that knows them in the first line, build with a newer docker, or join the lines with && and \\.",
        commands: "# syntax=docker/dockerfile:1",
        check: "docker buildx version; docker build .",
      },
      {
        id: "typo",
        when: async (seen) => {
          const meant = suggest(seen.field("word"), known);
          const line = await dockerfileLine(seen, `${meant ?? ""} is meant`);
          return meant === undefined ? undefined : { evidence: line === undefined ? [] : [line], fields: { meant } };
        },
        happened: ({ field }) => `${field("word")} is no instruction: ${field("meant")} is meant.`,
        fix: ({ field }) => `Write ${field("meant")}.`,
        check: "docker build --check .",
      },
      {
        id: "continuation",
        when: async (seen) => found(await dockerfileLine(seen, "is read as an instruction of its own")),
        happened: ({ field }) =>
          `The line begins with ${field("word")}, which is no instruction: most often the line before it lacks the \\ at its end (a blank behind the \\ spoils it, too).`,
        fix: "End every line that goes on with \\ and nothing behind it.",
        commands: "grep -nE '\\\\[ \\t]+$' Dockerfile",
        check: "docker build --check .",
      },
      {
        id: "general",
        happened: ({ field }) => `${field("word")} is no instruction of a Dockerfile.`,
        fix: "Look at the line and the one before it: a \\ may be missing at its end.",
        check: "docker build --check .",
      },
    ],
  }),
  defineSymptom({
    id: "docker/stage-not-found",
    title: "No stage of that name",
    tools: "docker build",
    match: [
      { has: "could not be found", line: /target stage "?(?<stage>[^\s"]+)"? could not be found/ },
      { has: "failed to reach build target", line: /failed to reach build target (?<stage>\S+) in Dockerfile/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "target",
        when: async ({ project }) =>
          found(
            ...(await instructions(
              project,
              ({ keyword, rest }) => keyword === "FROM" && /\sAS\s/i.test(rest),
              "a stage that has a name",
            )),
          ),
        happened: ({ field }) =>
          `--target (or build.target in compose and fairlead.yaml) names ${field("stage")}, and no FROM … AS has that name.`,
        fix: "Correct the name. Stages are named behind AS.",
        check: "grep -in '^FROM' Dockerfile",
      },
      {
        id: "general",
        happened: ({ field }) => `No FROM … AS is named ${field("stage")}.`,
        fix: "Correct the target, or name the stage.",
        check: "grep -in '^FROM' Dockerfile",
      },
    ],
  }),
  defineSymptom({
    id: "docker/blank-base",
    title: "FROM with an empty variable",
    tools: "docker build",
    match: [
      { has: "should not be blank", line: /base name \((?<name>[^)]*)\) should not be blank/ },
      {
        has: "failed to parse stage name",
        line: /failed to parse stage name "(?<name>[^"]*)": invalid reference format/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "argument",
        when: async ({ project }) =>
          found(
            ...(await instructions(
              project,
              ({ keyword, rest }) => keyword === "FROM" && rest.includes("$"),
              "uses the variable",
            )),
          ),
        happened: ({ field }) =>
          `${field("name")} came out empty: FROM sees only ARGs that stand before the first FROM, and this one has no value.`,
        fix: "Declare it above the first FROM with a default, and pass it with --build-arg.",
        commands: "ARG BASE=debian:bookworm-slim",
        check: "docker build --build-arg BASE=debian:bookworm-slim .",
      },
      {
        id: "general",
        happened: ({ field }) => `The image's name (${field("name")}) came out empty or broken.`,
        fix: "FROM sees only ARGs that stand before the first FROM; give them a default.",
        check: "docker build --check .",
      },
    ],
  }),
  defineSymptom({
    id: "docker/copy-many-to-file",
    title: "Several sources, and no folder for them",
    tools: "docker build",
    match: [
      {
        has: "with more than one source file",
        line: /When using (?<instruction>COPY|ADD) with more than one source file, the destination must be a directory/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "slash",
        when: async ({ project }) =>
          found(
            ...(await instructions(
              project,
              ({ keyword, rest }) => /^(?:COPY|ADD)$/.test(keyword) && /\S+\s+\S+\s+\S*[^/.\s]$/.test(rest),
              "its last word has no / at the end",
            )),
          ),
        happened:
          "Several files are copied to a name that does not end in a slash: it would have to be a folder and a file.",
        fix: "End the destination with / .",
        commands: "COPY go.mod go.sum ./",
        check: "docker build .",
      },
      {
        id: "general",
        happened: "Several files are copied to a name that does not end in a slash.",
        fix: "End the destination with / .",
        check: "docker build .",
      },
    ],
  }),
];
