// How one gets into an image that won't start, or a container of it that runs: the exact commands, by what the image has.

import { allows, lookup } from "../rootfs/lookup.ts";
import type { RootFs } from "../rootfs/rootFs.ts";

export interface WayIn {
  /** The image's own shell, which may be executed; undefined where it has none. */
  readonly shell: string | undefined;
  readonly ways: readonly Way[];
}

interface Way {
  /** "the image, without starting it" */
  readonly what: string;
  /** Shell lines. Words in capitals are the reader's. */
  readonly commands: readonly string[];
  readonly note?: string;
}

const shells = ["/bin/bash", "/bin/sh", "/bin/ash", "/busybox/sh", "/usr/bin/sh"];

/** Where tools are put into a container that has none. */
export const toolFolder = "/.fairlead";

export function wayIn(fs: RootFs, reference: string): WayIn {
  const shell = shells.find((path) => {
    const found = lookup(fs, path);
    return found.ok && found.node.type === "file" && allows(found.node, 1, { uid: 0, gids: [0] });
  });
  const image = quote(reference);
  return { shell, ways: shell === undefined ? withTools(image) : withShell(image, shell) };
}

function withShell(image: string, shell: string): Way[] {
  return [
    {
      what: "the image, with its shell in place of its program",
      commands: [`docker run --rm -it --entrypoint ${shell} ${image}`],
      note: "as another user: --user 0",
    },
    { what: "a container that runs", commands: [`docker exec -it CONTAINER ${shell}`] },
    { what: "a pod that runs", commands: [`kubectl exec -it POD -c CONTAINER -- ${shell}`] },
    {
      what: "a pod that does not stay up: a copy of it, with the shell in place of its program",
      commands: [`kubectl debug POD -it --copy-to=POD-debug --container=CONTAINER -- ${shell}`],
    },
  ];
}

function withTools(image: string): Way[] {
  return [
    {
      what: "the image, which has no shell: busybox is put into a container of it",
      commands: [
        `docker create --name debug -it --entrypoint /busybox ${image} sh`,
        `docker cp "$(which busybox)" debug:/busybox`,
        `docker start -ai debug; docker rm debug`,
      ],
      note: "busybox must be a static one (Debian: busybox-static); --run does all of this",
    },
    {
      what: "its files alone",
      commands: [`docker create --name debug ${image} none`, `docker export debug | tar -tv; docker rm debug`],
    },
    {
      what: "a container that runs, from a container with tools that shares its processes and network",
      commands: [`docker run --rm -it --pid container:CONTAINER --network container:CONTAINER busybox sh`],
      note: "its files are below /proc/1/root",
    },
    {
      what: "a pod that runs (Kubernetes 1.25 and newer)",
      commands: [`kubectl debug -it POD --image=busybox --target=CONTAINER -- sh`],
      note: "its files are below /proc/1/root",
    },
  ];
}

/** For a POSIX shell. */
function quote(word: string): string {
  return /^[\w.:/@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
