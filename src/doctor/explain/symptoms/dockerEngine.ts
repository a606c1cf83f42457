// The engine: reaching it, names and ports, what is mounted.

import { at, found } from "../evidence.ts";
import { oneCause } from "../oneCause.ts";
import { type Symptom, defineSymptom } from "../symptom.ts";

export const dockerEngineSymptoms: readonly Symptom[] = [
  oneCause({
    id: "docker/port-allocated",
    title: "The host's port is taken",
    tools: "docker run, compose",
    match: [{ has: "port is already allocated", line: /Bind for (?<address>\S+) failed: port is already allocated/ }],
    cause: "taken",
    happened: ({ field }) => `${field("address")} of the host belongs to another container already.`,
    fix: "Stop that one, or publish another port.",
    commands: ({ field }) => `docker ps --filter publish=${field("address").split(":").at(-1) ?? ""}`,
    check: "docker ps",
  }),
  oneCause({
    id: "docker/name-in-use",
    title: "A container of that name is there",
    tools: "docker",
    match: [
      {
        has: "is already in use by container",
        line: /The container name "(?<name>[^"]+)" is already in use by container "?(?<id>\w{1,64})/,
      },
    ],
    cause: "taken",
    happened: ({ field }) => `A container is called ${field("name").replace(/^\//, "")} already; a stopped one counts.`,
    fix: "Remove it if it is not needed, or start containers with --rm or another name.",
    commands: ({ field }) =>
      `docker ps -a --filter name=${field("name").replace(/^\//, "")}\ndocker rm ${field("name").replace(/^\//, "")}`,
    check: "docker ps -a",
  }),
  oneCause({
    id: "docker/no-daemon",
    title: "The Docker engine is not reached",
    tools: "docker",
    match: [
      {
        has: "Cannot connect to the Docker daemon",
        line: /Cannot connect to the Docker daemon at (?<address>\S+?)\.? Is the docker daemon running/,
      },
    ],
    cause: "not-running",
    happened: ({ field }) =>
      `Nothing answers at ${field("address")}: the engine is not started, or DOCKER_HOST names another place. In a CI job, the service docker:dind must run and DOCKER_HOST must name it.`,
    fix: "Start the engine, or name the one that runs.",
    commands: "systemctl status docker\necho $DOCKER_HOST; docker context ls",
    check: "docker version",
  }),
  oneCause({
    id: "docker/socket-permission",
    title: "No right to talk to the Docker engine",
    tools: "docker",
    match: [
      {
        has: "permission denied while trying to connect to the Docker daemon socket",
        line: /permission denied while trying to connect to the Docker daemon socket at (?<address>\S+?):? /,
      },
      {
        has: "permission denied while trying to connect to the docker API",
        line: /permission denied while trying to connect to the docker API at (?<address>\S+)/,
      },
    ],
    cause: "group",
    happened: ({ field }) => `${field("address")} is for root and the group docker, and this user is not in it.`,
    fix: "Add the user to the group and log in anew, or use a rootless engine. The group is as good as root: who may talk to the engine may do everything.",
    commands: "sudo usermod -aG docker $USER",
    check: "id; docker version",
  }),
  oneCause({
    id: "docker/mount-missing",
    title: "What is to be mounted is not on the host",
    tools: "docker run",
    match: [{ has: "bind source path does not exist", line: /bind source path does not exist: (?<path>\S+)/ }],
    cause: "source",
    happened: ({ field }) =>
      `${field("path").replace(/\.$/, "")} does not exist on the machine of the engine. With a remote engine (DOCKER_HOST, docker:dind) that is not the machine you are on.`,
    fix: "Make it, correct the path, or copy the file into the image. (-v makes an empty folder in such a case, which is seldom better.)",
    commands: ({ field }) => `ls -ld ${field("path").replace(/\.$/, "")}`,
    check: "docker context ls",
  }),
  oneCause({
    id: "docker/mount-kind",
    title: "A file is mounted on a folder, or a folder on a file",
    tools: "docker run, kubelet",
    match: [
      {
        has: "Are you trying to mount a directory onto a file",
        line: /(?:error mounting "(?<source>[^"]+)" to rootfs at "(?<target>[^"]+)")?.{0,600}Are you trying to mount a directory onto a file/,
      },
      {
        has: "not a directory: unknown",
        line: /error mounting "(?<source>[^"]+)" to rootfs at "(?<target>[^"]+)".{0,600}not a directory/,
      },
    ],
    cause: "kind",
    happened: ({ field }) =>
      `${field("source") || "The source"} and ${field("target") || "the target"} are not both files or both folders. If the file did not exist at an earlier start, docker made a folder of that name.`,
    fix: "Remove the folder that docker made, put the file there, and start again.",
    commands: ({ field }) => `ls -ld ${field("source")}`,
    check: "docker run …",
  }),
  oneCause({
    id: "docker/push-no-image",
    title: "No image of that name to push",
    tools: "docker push",
    match: [
      {
        has: "An image does not exist locally with the tag",
        line: /An image does not exist locally with the tag: (?<name>\S+)/,
      },
    ],
    cause: "tag",
    happened: ({ field }) =>
      `No local image is called ${field("name")}: it was built under another name or by another engine, or buildx kept it in its cache (without --load).`,
    fix: "Tag it with the registry's name first, or build with that tag.",
    commands: ({ field }) => `docker image ls\ndocker tag LOCAL ${field("name")}:TAG`,
    check: "docker image ls",
  }),
  oneCause({
    id: "docker/read-only",
    title: "The file system is read-only",
    tools: "everything that writes",
    match: [
      {
        has: "ead-only file system",
        line: /(?:cannot \w+ |open |mkdir )?'?(?<path>\/[^\s':]*)?'?:? ?[Rr]ead-only file system/,
      },
    ],
    cause: "read-only",
    happened: ({ field }) =>
      `${field("path") || "A path"} was to be written, and the file system there is read-only: a container with --read-only (readOnlyRootFilesystem), a mount with :ro, or a disk that the kernel no longer trusts.`,
    fix: "Write to a volume or a tmpfs that is mounted for it.",
    commands: "docker run --read-only --tmpfs /tmp -v data:/data IMAGE",
    check: "mount | grep ' ro[, ]'",
  }),
  defineSymptom({
    id: "docker/user-missing",
    title: "The user is not in the image",
    tools: "docker run",
    match: [
      {
        has: "no matching entries in passwd file",
        line: /unable to find user (?<user>[^\s:]+): no matching entries in passwd file/,
      },
      {
        has: "no matching entries in group file",
        line: /unable to find group (?<user>[^\s:]+): no matching entries in group file/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "user",
        when: async ({ field, project }) => {
          for (const dockerfile of await project.dockerfiles()) {
            const user = dockerfile.instructions.find(
              ({ keyword, rest }) => keyword === "USER" && rest.includes(field("user")),
            );
            if (user !== undefined) return found(at(dockerfile, user, "names it"));
          }
          return undefined;
        },
        happened: ({ field }) =>
          `${field("user")} has no line in the image's /etc/passwd; scratch has no such file at all.`,
        fix: "Use a number, which needs no entry (Kubernetes wants one, too), or copy /etc/passwd from a stage that has the user.",
        commands: "USER 65532:65532",
        check: "docker run --rm IMAGE",
      },
      {
        id: "general",
        happened: ({ field }) => `${field("user")} is not in the image's /etc/passwd.`,
        fix: "Use a number.",
        commands: "docker run --user 65532:65532 IMAGE",
        check: "docker run --rm IMAGE",
      },
    ],
  }),
  defineSymptom({
    id: "docker/invalid-reference",
    title: "A name that can't be an image's",
    tools: "docker",
    match: [
      {
        has: "invalid reference format",
        line: /(?:invalid argument "(?<name>[^"]*)" for .{0,40}: )?invalid reference format(?:: (?<why>[\w ]+))?/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "name",
        happened: ({ field }) =>
          `${field("name") === "" ? "The image's name" : `"${field("name")}"`} is not a reference${field("why") === "" ? "" : ` (${field("why")})`}: repositories are lower case, a tag is not empty. Often a variable was empty, or a path with blanks was not quoted.`,
        fix: "Print the command with its variables filled in; quote them.",
        commands: 'echo "$IMAGE:$TAG"',
        check: 'docker image ls "$IMAGE"',
      },
    ],
  }),
];
