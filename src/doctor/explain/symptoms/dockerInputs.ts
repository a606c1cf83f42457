// What a build takes from outside: the context, base images, secrets.

import { suggest } from "../../../config/suggest.ts";
import { flag } from "../dockerfile.ts";
import { at, found, ignored, instructions, thing } from "../evidence.ts";
import { literally } from "../literally.ts";
import { hasFolder } from "../project.ts";
import { type Case, type Evidence, type Symptom, defineSymptom } from "../symptom.ts";

function path({ field }: Case): string {
  return field("path").replace(/^\/+|\/+$/g, "");
}

/** Where a COPY names the path. */
async function copyOf(seen: Case): Promise<readonly Evidence[]> {
  const name = path(seen);
  const last = name.slice(name.lastIndexOf("/") + 1);
  return instructions(
    seen.project,
    ({ keyword, rest }) => /^(?:COPY|ADD)$/.test(keyword) && rest.includes(last),
    "names it",
  );
}

const unobtainable = {
  happened: ({ field }: Case) =>
    `${field("image") || "The image"}${field("tag") === "" ? "" : `:${field("tag")}`} could not be had${field("why") === "" ? "" : ` (${field("why")})`}: no such name or tag, no right to pull it, or its registry is not reached from the engine.`,
  fix: "The engine pulls, not the client: its network, its proxy and your login decide. Check the tag; log in with docker login.",
  commands: ({ field }: Case) => `docker pull ${field("image") || "IMAGE"}\ndocker info | grep -i proxy`,
  check: "docker build .",
};

export const dockerInputSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "docker/copy-not-found",
    title: "COPY names something that is not there",
    tools: "docker build: the classic builder, BuildKit 0.8 and newer",
    match: [
      { has: "not found: not found", line: /"(?<path>\/[^"]+)" not found: not found/ },
      {
        has: '": not found',
        line: /failed to (?:calculate checksum of ref|compute cache key).{0,400}"(?<path>\/[^"]+)": not found/,
      },
      { has: '": not found', line: /^(?:#\d+ )?(?:ERROR: )?.{0,200}"(?<path>\/[^"]+)": not found/ },
      {
        has: "COPY failed: file not found in build context",
        line: /COPY failed: file not found in build context or excluded by \.dockerignore: stat (?<path>[^\s:]+)/,
      },
      { has: "no source files were specified", line: /(?:COPY|ADD) failed: no source files were specified/ },
      {
        has: "/tmp/buildkit-mount",
        line: /failed to walk \S*\/buildkit-mount\d+\/(?<path>\S+): lstat (?<stage>\S+): no such file/,
      },
      {
        has: "failed to walk",
        line: /failed to walk \S*buildkit-mount\d+\/(?<path>[^\s:]+): lstat (?<stage>\S+): no such file/,
      },
      { has: "COPY failed: stat", line: /COPY failed: stat (?<path>[^\s:]+): file does not exist/ },
      {
        has: "forbidden path outside the build context",
        line: /forbidden path outside the build context: (?<path>\S+)/,
      },
    ],
    rules: ["context/needed-file-ignored"],
    known: "provoked",
    causes: [
      {
        id: "ignored",
        when: async (seen) => (seen.field("stage") === "" ? ignored(seen, path(seen)) : undefined),
        happened: ({ field }) =>
          `${field("hidden")} is in the repository, and a line of ${field("ignore")} keeps it out of the build context. BuildKit does not say so where a ! pattern is in the file.`,
        fix: ({ field }) => `Let it through in ${field("ignore")}; the last line that matches decides.`,
        check: "docker build .",
      },
      {
        id: "stage",
        when: async (seen) => {
          const copies = await instructions(
            seen.project,
            (each) => flag(each, "from") !== undefined && each.rest.includes(path(seen).split("/").at(-1) ?? ""),
            "takes it from another stage",
          );
          const isOfStage = seen.field("stage") !== "" || (seen.build?.instruction ?? "").includes("--from=");
          return isOfStage ? found(...copies) : undefined;
        },
        happened: ({ field }) =>
          `The stage that COPY --from names has no ${field("path")}: it is built under another name or in another folder, or by a stage in between.`,
        fix: "Compare the path with what that stage writes (-o of go build, WORKDIR).",
        commands: "docker build --target STAGE -t look . && docker run --rm look ls -R /out",
        check: "docker build .",
      },
      {
        id: "outside",
        when: async (seen) => {
          const name = path(seen);
          const isOutside = await instructions(
            seen.project,
            ({ keyword, rest }) =>
              /^(?:COPY|ADD)$/.test(keyword) &&
              new RegExp(`\\.\\./(?:\\S*/)?${literally(name.split("/").at(-1) ?? "")}`).test(rest),
            "leads out of the context",
          );
          return found(...isOutside);
        },
        happened: ({ field }) =>
          `COPY can take nothing from above the build context: ../ is cut off, and ${field("path")} is looked for at its top.`,
        fix: "Build from the folder above (docker build -f this/Dockerfile ..), or give the other folder as a context of its own: --build-context libs=../libs and COPY --from=libs.",
        commands: "docker buildx build --build-context libs=../libs .",
        check: "docker build .",
      },
      {
        id: "absent",
        when: async (seen) => {
          const name = path(seen);
          if (seen.project.tree.has(name) || hasFolder(seen.project, name)) return undefined;
          const last = name.slice(name.lastIndexOf("/") + 1);
          const elsewhere = seen.project.tree.files.find((file) => file.endsWith(`/${last}`));
          const evidence = [
            ...(await copyOf(seen)),
            ...(elsewhere === undefined ? [] : [thing(elsewhere, "a file of that name is here")]),
          ];
          return evidence.length === 0 ? undefined : { evidence, fields: { elsewhere: elsewhere ?? "" } };
        },
        happened: ({ field }) =>
          `There is no ${field("path").replace(/^\//, "")} in this repository${field("elsewhere") === "" ? "" : `; ${field("elsewhere")} is there`}. Paths in COPY count from the build context, not from the Dockerfile.`,
        fix: ({ field }) =>
          field("path") === "/go.sum"
            ? "A module without requirements has no go.sum: write COPY go.mod go.sum* ./ , or make and commit it."
            : "Correct the path, or give docker build the folder that it counts from.",
        commands: "go mod tidy && git add go.sum",
        check: "docker build .",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `${field("path") || "What COPY names"} is not in the build context: it does not exist there, .dockerignore hides it, or the context is another folder than you think.`,
        fix: "Paths count from the context, which is the last argument of docker build.",
        commands: "docker build --no-cache --progress=plain . 2>&1 | grep 'transferring context'",
        check: "docker build .",
      },
    ],
  }),
  defineSymptom({
    id: "docker/base-not-found",
    title: "An image can't be had",
    tools: "docker build, docker run, docker pull",
    match: [
      {
        has: "/manifests/",
        line: /failed to do request: Head "?https?:\/\/(?<host>[^/"]+)\/v2\/(?<image>[^"\s]+?)\/manifests\/(?<tag>[^"\s]+?)"?: (?<why>.+)/,
      },
      { has: "pull access denied", line: /(?:(?<image>[\w./:@-]+): )?pull access denied/ },
      {
        has: ": not found",
        line: /(?:failed to resolve source metadata for |ERROR: )?(?<image>[\w.-]+\/[\w./-]+:[\w.-]+): not found/,
      },
      { has: "manifest unknown", line: /(?:manifest for (?<image>\S+) not found: )?manifest unknown/ },
      { has: "Unable to find image", line: /Unable to find image '(?<image>[^']+)' locally/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "stage-name",
        when: async ({ field, project }) => {
          const name = (field("image").split("/").at(-1) ?? "").replace(/:.*/, "");
          for (const dockerfile of await project.dockerfiles()) {
            const meant = suggest(
              name,
              dockerfile.stages.flatMap((stage) => stage.name ?? []),
            );
            const near = dockerfile.stages.find((stage) => stage.name === meant);
            const copy = dockerfile.instructions.find(
              (each) => flag(each, "from") === name || (each.keyword === "FROM" && each.rest.split(/\s/)[0] === name),
            );
            if (near === undefined || copy === undefined) continue;
            const evidence = [
              at(dockerfile, copy, "names what no stage is called"),
              at(dockerfile, near.from, "the stage that is meant"),
            ];
            return { evidence, fields: { name, meant: near.name ?? "" } };
          }
          return undefined;
        },
        happened: ({ field }) => `No stage is called ${field("name")}, so it was taken for an image of a registry.`,
        fix: ({ field }) => `Write ${field("meant")}.`,
        check: "docker build .",
      },
      {
        id: "image",
        when: async ({ field, project }) => {
          const name = field("image");
          const last = name.split("/").at(-1)?.replace(/:.*/, "") ?? "";
          if (last === "") return undefined;
          return found(
            ...(await instructions(
              project,
              ({ keyword, rest }) => /^(?:FROM|COPY)$/.test(keyword) && rest.includes(last),
              "asks for it",
            )),
          );
        },
        ...unobtainable,
      },
      { id: "general", ...unobtainable },
    ],
  }),
  defineSymptom({
    id: "docker/secret-missing",
    title: "A secret was not given",
    tools: "docker build",
    match: [
      { has: "secret ", line: /secret (?<id>[\w.-]+)(?: not found)?: not found/ },
      {
        has: "could not parse secrets",
        line: /could not parse secrets: \[?(?:id=(?<id>[\w.-]+))?.{0,200}: failed to stat (?<file>[^\s:]+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "file",
        when: async ({ field }) => (field("file") === "" ? undefined : { evidence: [] }),
        happened: ({ field }) =>
          `--secret names the file ${field("file")}, which does not exist on the machine that runs docker build.`,
        fix: "Correct the path, or take the value from a variable.",
        commands: ({ field }) => `docker build --secret id=${field("id") || "ID"},env=VARIABLE .`,
        check: ({ field }) => `ls -l ${field("file")}`,
      },
      {
        id: "not-given",
        when: async ({ field, project }) =>
          found(
            ...(await instructions(
              project,
              ({ rest }) => rest.includes("type=secret") && rest.includes(field("id")),
              "asks for it",
            )),
          ),
        happened: ({ field }) => `A RUN mounts the secret ${field("id")}, and the build was not given it.`,
        fix: "Give it on the command line (build.secrets in fairlead.yaml and compose).",
        commands: ({ field }) => `docker build --secret id=${field("id")},src=$HOME/.${field("id")} .`,
        check: "docker build .",
      },
      {
        id: "general",
        happened: ({ field }) => `The build was not given the secret ${field("id")}.`,
        fix: "Give it on the command line.",
        commands: ({ field }) => `docker build --secret id=${field("id")},src=FILE .`,
        check: "docker build .",
      },
    ],
  }),
  defineSymptom({
    id: "docker/ssh-missing",
    title: "No ssh agent was passed to the build",
    tools: "docker build",
    match: [
      { has: "forwarded from the client", line: /no SSH key "(?<id>[^"]*)" forwarded from the client/ },
      { has: "unset ssh forward key", line: /unset ssh forward key (?<id>\S*)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "not-given",
        when: async ({ project }) =>
          found(...(await instructions(project, ({ rest }) => rest.includes("type=ssh"), "asks for it"))),
        happened: "A RUN uses --mount=type=ssh, and the build was given no agent.",
        fix: "Start an agent with the key in it, and pass it.",
        commands: "eval $(ssh-agent); ssh-add\ndocker build --ssh default .",
        check: "ssh-add -l",
      },
      {
        id: "general",
        happened: "The build was given no ssh agent.",
        fix: "Pass it.",
        commands: "docker build --ssh default .",
        check: "ssh-add -l",
      },
    ],
  }),
];
