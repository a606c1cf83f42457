// `USER name`, `uid`, `name:group`, `uid:gid`, as docker and podman read it: by the image's own /etc/passwd and /etc/group.

import { type Identity, lookup } from "../rootfs/lookup.ts";
import type { RootFs } from "../rootfs/rootFs.ts";
import type { Obstacle } from "./verdict.ts";

/** Who the container's first process is. */
export function resolveUser(fs: RootFs, user: string): Identity | Obstacle {
  if (user === "") return { uid: 0, gids: [0] };
  const [name = "", group] = user.split(":");
  const rows = readTable(fs, "/etc/passwd").filter((row) => row.length >= 4);
  const row = rows.find(([own, , uid]) => own === name || uid === name);
  if (row === undefined && !/^\d+$/.test(name)) return unknown("user", name, "passwd");
  const uid = row === undefined ? Number(name) : idOf(row[2]);
  const groups = readTable(fs, "/etc/group");
  if (group === undefined || group === "") {
    const more = groups.flatMap(([, , gid, members = ""]) =>
      members.split(",").includes(row?.[0] ?? "\0") ? [idOf(gid)] : [],
    );
    return { uid, gids: [idOf(row?.[3]), ...more] };
  }
  const found = groups.find(([own, , gid]) => own === group || gid === group);
  if (found === undefined && !/^\d+$/.test(group)) return unknown("group", group, "group");
  return { uid, gids: [found === undefined ? Number(group) : idOf(found[2])] };
}

/** What is no number in a table counts as 0, as the engines have it (github.com/moby/sys/user, parseParts). */
function idOf(text: string | undefined): number {
  return /^\d+$/.test(text ?? "") ? Number(text) : 0;
}

/** The first name of each user id in /etc/passwd. */
export function passwdNames(fs: RootFs): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [name = "", , uid = ""] of readTable(fs, "/etc/passwd"))
    if (/^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
  return names;
}

function readTable(fs: RootFs, path: string): string[][] {
  const found = lookup(fs, path);
  if (!found.ok || found.node.content?.kind !== "kept") return [];
  return found.node.content.bytes
    .toString("utf8")
    .split("\n")
    .map((line) => line.split(":"));
}

function unknown(kind: "user" | "group", name: string, file: "passwd" | "group"): Obstacle {
  return {
    cause: "missing-user",
    error: `unable to find ${kind} ${name}: no matching entries in ${file} file`,
    saidBy: "docker and podman",
    exitStatus: undefined,
    reason: `USER names the ${kind} ${name}, and the image's /etc/${file} has none of that name`,
    fixes: [
      `use a number, which needs no entry: USER 65532:65532`,
      `or bring the entry along: COPY --from=build /etc/${file} /etc/${file} (on scratch), or adduser/useradd in a RUN`,
    ],
  };
}
