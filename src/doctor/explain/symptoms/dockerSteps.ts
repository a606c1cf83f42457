// What a step of a build needs of its image and builder.

import { found, instructions, lineOf, stagesOn } from "../evidence.ts";
import { literally } from "../literally.ts";
import { type Symptom, defineSymptom } from "../symptom.ts";

export const dockerStepSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "shell/command-not-found",
    title: "The shell does not find a program",
    tools: "sh, bash, and what runs them: docker build, npm run, CI jobs",
    match: [
      {
        has: ": not found",
        line: /(?:\/bin\/)?(?:sh|ash|dash|bash): (?:line )?(?:\d+: )?(?<program>[\w.+-]+): not found/,
      },
      {
        has: ": command not found",
        line: /(?:\/bin\/)?(?:sh|bash): (?:line \d+: )?(?<program>[\w.+-]+): command not found/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "npm-script",
        when: async ({ field, project, build }) => {
          if (build !== undefined || !project.tree.has("package.json")) return undefined;
          return found(
            await lineOf(
              project,
              "package.json",
              new RegExp(`^\\s*"[\\w:-]+":\\s*"[^"]*\\b${literally(field("program"))}\\b`),
              "calls it",
            ),
          );
        },
        happened: ({ field }) =>
          `A script of package.json calls ${field("program")}, and node_modules/.bin has no such program: nothing was installed here, or without the development dependencies.`,
        fix: "Install before the script runs. NODE_ENV=production and --omit=dev leave development dependencies out.",
        commands: "npm ci",
        check: ({ field }) => `ls node_modules/.bin/${field("program")}`,
      },
      {
        id: "other-distribution",
        when: async ({ field, project }) => {
          const manager = {
            apk: /alpine/,
            "apt-get": /debian|ubuntu|bookworm|trixie|bullseye|slim/,
            apt: /debian|ubuntu|bookworm|trixie|bullseye|slim/,
            yum: /centos|rocky|alma|fedora|ubi/,
            dnf: /centos|rocky|alma|fedora|ubi/,
            microdnf: /ubi/,
          }[field("program")];
          if (manager === undefined) return undefined;
          const uses = await instructions(
            project,
            ({ keyword, rest }) => keyword === "RUN" && rest.includes(field("program")),
            "calls it",
          );
          const images = await stagesOn(project, /./);
          return uses.length === 0
            ? { evidence: [] }
            : {
                evidence: [
                  ...uses,
                  ...images
                    .filter(({ text }) => !manager.test(text))
                    .map((each) => ({ ...each, says: "is of another distribution" })),
                ],
              };
        },
        happened: ({ field }) =>
          `${field("program")} is the package manager of another distribution than the image's: apk is Alpine's, apt-get Debian's and Ubuntu's, dnf Red Hat's.`,
        fix: "Use the image's own, or another image.",
        commands: "RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*",
        check: "docker run --rm IMAGE cat /etc/os-release",
      },
      {
        id: "not-installed",
        when: async ({ field, project }) =>
          found(
            ...(await instructions(
              project,
              ({ keyword, rest }) => keyword === "RUN" && rest.includes(field("program")),
              "calls it",
            )),
          ),
        happened: ({ field }) =>
          `The image has no ${field("program")} on its PATH: it was never installed in this stage, or is in a folder that PATH does not name (go install writes to /go/bin).`,
        fix: "Install it in this stage (each FROM begins anew), or copy it from the stage that has it.",
        commands: ({ field }) => `docker run --rm IMAGE sh -c 'command -v ${field("program")}; echo $PATH'`,
        check: "docker build .",
      },
      {
        id: "general",
        happened: ({ field }) => `The shell did not find ${field("program")} on PATH.`,
        fix: "Install it, or give its whole path.",
        commands: ({ field }) => `command -v ${field("program")}; echo "$PATH"`,
        check: ({ field }) => `command -v ${field("program")}`,
      },
    ],
  }),
  defineSymptom({
    id: "docker/package-not-found",
    title: "apt does not know the package",
    tools: "apt, apk",
    match: [
      { has: "Unable to locate package", line: /E: Unable to locate package (?<package>\S+)/ },
      { has: "(no such package)", line: /(?<package>[\w.+-]+) \(no such package\)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "lists",
        when: async ({ field, project }) => {
          const lines = await instructions(
            project,
            ({ keyword, rest }) =>
              keyword === "RUN" &&
              rest.includes(field("package")) &&
              /apt(?:-get)? install/.test(rest) &&
              !/apt(?:-get)? update/.test(rest),
            "installs without update in the same RUN",
          );
          return found(...lines);
        },
        happened: ({ field }) =>
          `apt has no list that names ${field("package")}: images come without lists, and an update in an earlier RUN may be months old, from the cache.`,
        fix: "Update and install in one RUN.",
        commands: ({ field }) =>
          `RUN apt-get update && apt-get install -y --no-install-recommends ${field("package")} && rm -rf /var/lib/apt/lists/*`,
        check: "docker build .",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `No list that is known here names ${field("package")}: the lists were not fetched, or the package has another name in this distribution.`,
        fix: "Fetch the lists in the same RUN; look the name up.",
        commands: ({ field }) =>
          `apt-get update && apt-cache search ${field("package")}\napk search ${field("package")}`,
        check: "docker build .",
      },
    ],
  }),
  defineSymptom({
    id: "docker/no-shell",
    title: "No shell in the image",
    tools: "docker build, docker run, kubelet",
    match: [
      { has: '"/bin/sh"', line: /exec: "\/bin\/sh": stat \/bin\/sh: no such file or directory/ },
      { has: '"/bin/sh"', line: /exec: "\/bin\/sh": executable file not found/ },
    ],
    rules: ["docker/shell-form-without-shell"],
    known: "provoked",
    causes: [
      {
        id: "shell-form",
        when: async ({ project, build }) => {
          if (build !== undefined) return undefined;
          return found(
            ...(await instructions(
              project,
              ({ keyword, rest }) => /^(?:ENTRYPOINT|CMD)$/.test(keyword) && !rest.startsWith("["),
              "is run by /bin/sh -c",
            )),
          );
        },
        happened:
          "ENTRYPOINT or CMD is written as a line, which docker runs with /bin/sh -c, and the image has no shell.",
        fix: "Write it as a list. The program then gets signals itself, too.",
        commands: 'ENTRYPOINT ["/shop"]',
        check: "docker run --rm IMAGE",
      },
      {
        id: "bare",
        when: async ({ project }) => {
          const bare = await stagesOn(project, /^scratch$|distroless/);
          const runs = await instructions(
            project,
            (each, { stages }) => each.keyword === "RUN" && /^scratch$|distroless/.test(stages[each.stage]?.base ?? ""),
            "needs a shell",
          );
          return found(...runs, ...bare.map((each) => ({ ...each, says: "has none" })));
        },
        happened: "A RUN needs a shell, and this stage is built on an image without one.",
        fix: "Do the work in the build stage, and COPY its result.",
        check: "docker build .",
      },
      {
        id: "general",
        happened: "Something is run by /bin/sh, and the image has none (scratch, distroless).",
        fix: "Write commands as lists, and give the program's own path.",
        check: "docker run --rm IMAGE",
      },
    ],
  }),
  defineSymptom({
    id: "docker/buildkit-needed",
    title: "The classic builder does not know this",
    tools: "docker build without BuildKit",
    match: [
      { has: "option requires BuildKit", line: /the --(?<option>\w+) option requires BuildKit/ },
      { has: "buildx component is missing", line: /BuildKit is enabled but the buildx component is missing or broken/ },
      {
        has: "unknown flag: --mount",
        line: /(?:dockerfile parse error|Error).{0,60}unknown flag: (?<option>mount|chmod|link)/i,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "classic",
        when: async ({ field, project }) =>
          found(
            ...(await instructions(
              project,
              ({ rest }) => rest.includes(`--${field("option") || "mount"}`),
              "needs BuildKit",
            )),
          ),
        happened:
          "The Dockerfile uses what only BuildKit knows, and the classic builder ran (DOCKER_BUILDKIT=0, or a client without buildx).",
        fix: "Build with BuildKit; newer clients need the buildx plugin for it (Debian: docker-buildx).",
        commands: "DOCKER_BUILDKIT=1 docker build .\ndocker buildx version",
        check: "docker build .",
      },
      {
        id: "general",
        happened: "BuildKit is needed, and this docker client does not have it.",
        fix: "Install the buildx plugin, and don't set DOCKER_BUILDKIT=0.",
        commands: "docker buildx version",
        check: "docker build .",
      },
    ],
  }),
  defineSymptom({
    id: "docker/killed-step",
    title: "A step was killed",
    tools: "docker build",
    match: [{ has: "exit code: 137", line: /exit code: 137/ }],
    known: "provoked",
    causes: [
      {
        id: "memory",
        happened: "The step's process got SIGKILL (137 = 128 + 9): memory ran out, or somebody stopped the build.",
        fix: "Give the engine more memory (on a laptop: its virtual machine), or do less at once: go build -p 1, fewer parallel jobs.",
        commands: "docker info | grep -i memory\ndmesg | grep -i 'killed process'",
        check: "docker build .",
      },
    ],
  }),
];
