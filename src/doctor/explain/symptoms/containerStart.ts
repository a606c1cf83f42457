// Starting a container's first program.

import { operands } from "../dockerfile.ts";
import { at, finalStage, found, isBare, lineOf, stagesOn, startOf } from "../evidence.ts";
import { type Case, type Found, type Symptom, defineSymptom } from "../symptom.ts";

/** The file of the project that a COPY puts under the name that is started. */
async function startedFile({ field, project }: Case): Promise<string | undefined> {
  const started = field("program");
  const name = started.slice(started.lastIndexOf("/") + 1);
  for (const { instructions } of await project.dockerfiles()) {
    for (const each of instructions) {
      if (each.keyword !== "COPY" || each.rest.includes("--from=")) continue;
      const sources = operands(each)
        .slice(0, -1)
        .map((source) => source.replace(/^\.\//, ""));
      const source = sources.find(
        (one) =>
          one === name || one.endsWith(`/${name}`) || (sources.length === 1 && operands(each).at(-1) === started),
      );
      if (source !== undefined && project.tree.has(source)) return source;
    }
  }
  return project.tree.files.find((file) => file === name || file.endsWith(`/${name}`));
}

async function startLine(seen: Case, says: string) {
  const start = await startOf(seen.project);
  return start === undefined ? undefined : at(start.dockerfile, start.start, says);
}

/** The program comes from a stage with a C library of its own. */
async function loader({ project }: Case): Promise<Found | undefined> {
  const last = await finalStage(project);
  if (last === undefined) return undefined;
  const builders = (await stagesOn(project, /golang|debian|ubuntu|rust|gcc/)).filter(
    ({ line }) => line !== last.stage.from.line,
  );
  const [builder] = builders;
  if (builder === undefined) return undefined;
  const usesMusl = /alpine|musl/.test(last.base);
  const builtOnMusl = /alpine/.test(builder.text);
  if (!isBare(last.base) && usesMusl === builtOnMusl) return undefined;
  const cgo: Found["evidence"][number][] = [];
  for (const file of project.tree.files.filter((each) => each.endsWith(".go")).slice(0, 500)) {
    const line = await lineOf(project, file, /^import "C"/, "makes the program need a C library");
    if (line !== undefined) cgo.push(line);
    if (cgo.length > 0) break;
  }
  return found(
    { ...builder, says: "builds it, with its C library and loader" },
    at(last.dockerfile, last.stage.from, "runs it, without that loader"),
    ...cgo,
  );
}

export const containerStartSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "container/exec-no-such-file",
    title: "The program is there, and can't be started",
    tools: "docker run, containerd, kubelet; older runc: standard_init_linux.go: exec user process caused",
    match: [
      { has: ": no such file or directory", line: /^(?:.{0,80} )?exec (?<program>\/\S+): no such file or directory/ },
      { has: "exec user process caused", line: /exec user process caused:? "?no such file or directory/ },
    ],
    rules: ["docker/libc-mismatch"],
    known: "provoked",
    causes: [
      {
        id: "crlf",
        when: async (seen) => {
          const file = await startedFile(seen);
          if (file === undefined) return undefined;
          const text = (await seen.project.tree.read(file)) ?? "";
          if (!/^#![^\n]*\r\n/.test(text)) return undefined;
          return found(
            { file, line: 1, text: text.slice(0, text.indexOf("\r")), says: "ends in a carriage return" },
            await startLine(seen, "starts it"),
          );
        },
        happened: ({ field }) =>
          `${field("program")} is a script whose lines end in CR LF, as Windows has it: the kernel looks for an interpreter whose name ends in a carriage return.`,
        fix: "Save it with LF, and make git keep it so.",
        commands: "echo '*.sh text eol=lf' >> .gitattributes\ngit add --renormalize .",
        check: "head -1 SCRIPT | od -c | head -2",
      },
      {
        id: "interpreter",
        when: async (seen) => {
          const file = await startedFile(seen);
          const last = await finalStage(seen.project);
          if (file === undefined || last === undefined) return undefined;
          const line = await lineOf(seen.project, file, /^#!/, "asks for this interpreter");
          const needsBash = line !== undefined && /\bbash\b/.test(line.text) && /alpine/.test(last.base);
          if (line === undefined || line.line !== 1 || !(isBare(last.base) || needsBash)) return undefined;
          return found(line, at(last.dockerfile, last.stage.from, "does not have it"));
        },
        happened: ({ field }) =>
          `${field("program")} is a script, and the image has no interpreter of that name (scratch and distroless have no shell, Alpine has no bash).`,
        fix: "Start the program itself, write the script for /bin/sh, or take an image that has the interpreter.",
        commands: "fairlead image why IMAGE",
        check: "docker run --rm IMAGE",
      },
      {
        id: "loader",
        when: loader,
        happened: ({ field }) =>
          `${field("program")} is in the image; what is missing is the loader that it names. It was linked against the C library of the stage that built it (cgo), and the final image has another one or none.`,
        fix: "Build it without cgo, or run it on the distribution that built it.",
        commands: "CGO_ENABLED=0 go build ./...\nfairlead image why IMAGE",
        check: "readelf -l PROGRAM | grep interpreter",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The kernel was asked to start ${field("program") || "the program"} and found something missing: the file itself, the interpreter behind #!, or the loader (ld-linux, ld-musl) of a dynamic program.`,
        fix: "Look which of them it is; fairlead image why reads it out of the image.",
        commands: "fairlead image why IMAGE\nreadelf -l PROGRAM | grep interpreter; head -1 SCRIPT | od -c",
        check: "docker run --rm IMAGE",
      },
    ],
  }),
  defineSymptom({
    id: "container/exec-format",
    title: "exec format error",
    tools: "docker run, containerd, kubelet",
    match: [{ has: "exec format error", line: /(?:exec (?<program>\/\S+): )?exec format error/ }],
    known: "provoked",
    causes: [
      {
        id: "script",
        when: async (seen) => {
          const file = await startedFile(seen);
          if (file === undefined || !/\.(?:sh|bash|py|pl)$|entrypoint/.test(file)) return undefined;
          const [first = ""] = await seen.project.lines(file);
          return first.startsWith("#!")
            ? undefined
            : found(
                { file, line: 1, text: first.trim(), says: "does not begin with #!" },
                await startLine(seen, "starts it"),
              );
        },
        happened: ({ field }) =>
          `${field("program")} is a script without #! in its first line, so the kernel does not know who is to read it.`,
        fix: "Begin it with #!/bin/sh, without a blank or a byte order mark before it.",
        check: "docker run --rm IMAGE",
      },
      {
        id: "platform",
        when: async ({ project }) =>
          found(
            ...(await stagesOn(project, /./))
              .filter(({ text }) => /--platform=/.test(text))
              .map((each) => ({ ...each, says: "fixes the platform of a stage" })),
          ),
        happened: ({ field }) =>
          `${field("program") || "The program"} was built for another architecture than the machine's that starts it.`,
        fix: "Build for the platform that it runs on. In a stage with --platform=$BUILDPLATFORM, pass GOARCH=$TARGETARCH (and declare ARG TARGETARCH).",
        commands: "docker build --platform linux/amd64 .",
        check: "docker image inspect --format '{{.Architecture}}' IMAGE; file PROGRAM",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `${field("program") || "The program"} was built for another architecture (an image from an ARM laptop on an x86 server, or the other way), or it is a script without #!.`,
        fix: "Build for the platform that it runs on; GOARCH and the image's platform must agree.",
        commands: "docker build --platform linux/amd64 .\ngo env GOARCH",
        check: "docker image inspect --format '{{.Architecture}}' IMAGE; file PROGRAM",
      },
    ],
  }),
  defineSymptom({
    id: "container/exec-permission",
    title: "The program may not be executed",
    tools: "docker run, containerd, kubelet",
    match: [{ has: "permission denied", line: /exec:? "?(?<program>\/[^\s":]+)"?: permission denied/ }],
    known: "provoked",
    causes: [
      {
        id: "mode",
        when: async (seen) => {
          const name = seen.field("program").split("/").at(-1) ?? "";
          for (const dockerfile of await seen.project.dockerfiles()) {
            const copy = dockerfile.instructions.findLast(
              ({ keyword, rest }) => /^(?:COPY|ADD)$/.test(keyword) && rest.includes(name),
            );
            if (copy !== undefined) return found(at(dockerfile, copy, "copies it with the mode that it has"));
          }
          return undefined;
        },
        happened: ({ field }) =>
          `${field("program")} has no right to be executed, or is a folder. COPY keeps the mode of the file; git keeps it too, Windows does not.`,
        fix: "Set the mode in git, or while copying.",
        commands: "git update-index --chmod=+x FILE\nCOPY --chmod=0755 start.sh /start.sh",
        check: "docker run --rm --entrypoint ls IMAGE -l PROGRAM",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `${field("program")} has no right to be executed, is a folder, or lies on a volume that is mounted noexec.`,
        fix: "Set the mode before it gets into the image.",
        commands: "COPY --chmod=0755 start.sh /start.sh",
        check: "docker run --rm IMAGE",
      },
    ],
  }),
  defineSymptom({
    id: "docker/program-not-found",
    title: "The container is to start a program that is not there",
    tools: "docker run, containerd, kubelet",
    match: [
      {
        has: ": stat ",
        line: /exec: "(?<program>(?!\/bin\/sh")[^"]+)": stat (?<path>[^\s:]+): no such file or directory/,
      },
      {
        has: "executable file not found in $PATH",
        line: /(?:OCI runtime|runc|container process|crun).{0,200}exec: "(?<program>[^"]+)": executable file not found in \$PATH/,
      },
    ],
    rules: ["docker/entrypoint-not-copied"],
    known: "provoked",
    causes: [
      {
        id: "path",
        when: async (seen) =>
          seen.field("program").includes("/") ? undefined : found(await startLine(seen, "names it without its folder")),
        happened: ({ field }) =>
          `${field("program")} is named without a folder, and no folder of the image's PATH has it. (What is behind an ENTRYPOINT in docker run is its argument, not a program.)`,
        fix: ({ field }) => `Give the whole path: ["/${field("program")}"], or copy it into /usr/local/bin.`,
        check: "docker image inspect --format '{{.Config.Entrypoint}} {{.Config.Cmd}} {{.Config.Env}}' IMAGE",
      },
      {
        id: "never-copied",
        when: async (seen) => {
          const start = await startLine(seen, "starts it");
          const name = seen.field("program").split("/").at(-1) ?? "";
          for (const dockerfile of await seen.project.dockerfiles()) {
            const copy = dockerfile.instructions.findLast(
              ({ keyword, rest }) => keyword === "COPY" && rest.includes(name),
            );
            if (copy !== undefined) return found(at(dockerfile, copy, "puts it elsewhere"), start);
          }
          return found(start);
        },
        happened: ({ field }) =>
          `The image has no ${field("program")}: what COPY writes and what ENTRYPOINT names are two paths, or a volume hides the folder.`,
        fix: "Let both name the same path.",
        check: "docker create --name look IMAGE && docker export look | tar -t | grep PROGRAM; docker rm look",
      },
      {
        id: "general",
        happened: ({ field }) => `The image has no ${field("program")}.`,
        fix: "Look what is in it, and what it is told to start.",
        commands: "docker image inspect --format '{{.Config.Entrypoint}} {{.Config.Cmd}}' IMAGE",
        check: "docker run --rm IMAGE",
      },
    ],
  }),
];
