// Which file a command is: as runc looks it up inside of the container, with the container's user and PATH.

import { allows, type Found, lookup } from "../rootfs/lookup.ts";
import { type Container, layerText } from "./container.ts";
import type { Obstacle } from "./verdict.ts";

const runc = "runc 1.1";
/** A PATH of more folders is made to hold whoever looks through them. */
const folderLimit = 1000;
const shownFolders = 20;

/** The path that the kernel is given; or what is in the way. */
export function findProgram(container: Container, name: string): string | Obstacle {
  if (name.includes("/")) return checkPath(container, name) ?? name;
  const folders = (container.env.get("PATH") ?? "").split(":", folderLimit);
  for (const folder of folders) {
    // An empty entry is the working folder.
    const path = `${folder === "" ? "." : folder}/${name}`;
    const found = lookup(container.fs, path, container.who, container.workingDir);
    if (found.ok && found.node.type === "file" && allows(found.node, 1, container.who)) return path;
  }
  return {
    cause: "not-in-path",
    error: `exec: "${name}": executable file not found in $PATH`,
    saidBy: runc,
    exitStatus: undefined,
    reason: `${name} is a name without a slash, so it is looked up in PATH, and none of its folders has it: ${folders.slice(0, shownFolders).join(", ")}${folders.length > shownFolders ? ", …" : ""}`,
    fixes: [...elsewhere(container, name), `write the path of the program in ENTRYPOINT or CMD: ["/path/to/${name}"]`],
  };
}

function checkPath(container: Container, name: string): Obstacle | undefined {
  const found = lookup(container.fs, name, container.who, container.workingDir);
  if (!found.ok) return missing(container, name, found);
  const { node, path } = found;
  if (node.type === "directory") {
    return {
      cause: "is-directory",
      error: `exec: "${name}": permission denied`,
      saidBy: `${runc} (newer ones say "is a directory")`,
      exitStatus: undefined,
      reason: `${path} is a folder`,
      fixes: [
        `did COPY make a folder of it? COPY --from=build /src/app /app/ puts the program at /app/app; name that, or leave the slash out`,
        ...[...(node.children?.entries() ?? [])]
          .filter(([, { type }]) => type === "file")
          .slice(0, 3)
          .map(([child]) => `there is ${path}/${child}`),
      ],
    };
  }
  if (allows(node, 1, container.who)) return undefined;
  const mode = node.mode.toString(8).padStart(4, "0");
  const isNobodys = (node.mode & 0o111) === 0;
  return {
    cause: "not-executable",
    // runc looks for the bits first, and asks the kernel then.
    error: isNobodys ? `exec: "${name}": permission denied` : `exec ${name}: permission denied`,
    saidBy: runc,
    exitStatus: undefined,
    reason: isNobodys
      ? `${path} has the mode ${mode}: nobody may execute it; it is from ${layerText(container.config, node.layer)}`
      : `${path} has the mode ${mode} and belongs to ${node.uid}:${node.gid}: user ${container.who.uid} may not execute it`,
    fixes: [
      `COPY --chmod=755 … ${path}`,
      `or RUN chmod 755 ${path} in the stage that it comes from; git keeps the bit: git update-index --chmod=+x FILE`,
    ],
  };
}

function missing(container: Container, name: string, found: Extract<Found, { ok: false }>): Obstacle {
  const { config, fs } = container;
  if (found.error === "ELOOP") {
    return {
      cause: "link-loop",
      error: `exec: "${name}": stat ${name}: too many levels of symbolic links`,
      saidBy: runc,
      exitStatus: undefined,
      reason: `${found.at} is a symbolic link that leads back to itself`,
      fixes: [`make ${found.at} a link to the program, or name the program itself`],
    };
  }
  if (found.error === "EACCES") {
    return {
      cause: "not-executable",
      error: `exec: "${name}": stat ${name}: permission denied`,
      saidBy: runc,
      exitStatus: undefined,
      reason: `user ${container.who.uid} may not enter the folder ${found.at}`,
      fixes: [`RUN chmod a+x ${found.at}`, `or COPY --chown=… into a folder that the user may enter`],
    };
  }
  const word = found.error === "ENOTDIR" ? "not a directory" : "no such file or directory";
  const removed = fs.removedBy(found.at.slice(1));
  const link = found.links.at(-1);
  const reasons = [
    found.error === "ENOTDIR" ? `${found.at} is a file, so nothing can be below it` : `${found.at} is not in the image`,
    ...(link === undefined ? [] : [`${link.path} is a link to ${link.target}`]),
    ...(removed === undefined ? [] : [`${layerText(config, removed.layer)} removed /${removed.name}`]),
  ];
  const volume = [...config.volumes].find((each) => found.at === each || found.at.startsWith(`${each}/`));
  return {
    cause: "missing-file",
    error: `exec: "${name}": stat ${name}: ${word}`,
    saidBy: runc,
    exitStatus: undefined,
    reason: `${reasons.join("; ")}${volume === undefined ? "" : `; ${volume} is a volume, and what is mounted there may have it`}`,
    fixes: [
      ...elsewhere(container, name.slice(name.lastIndexOf("/") + 1)),
      `check what COPY --from puts where: the last stage must have ${found.at}`,
    ],
    isUncertain: volume !== undefined,
  };
}

const shownPlaces = 3;

/** Where else a file of that name lies. */
function elsewhere({ fs }: Container, base: string): string[] {
  const places: string[] = [];
  const pending: { readonly path: string; readonly node: typeof fs.root }[] = [{ path: "", node: fs.root }];
  for (let next = pending.pop(); next !== undefined && places.length < shownPlaces; next = pending.pop()) {
    for (const [name, node] of next.node.children ?? []) {
      const path = `${next.path}/${name}`;
      if (node.children !== undefined) pending.push({ path, node });
      else if (name === base && places.length < shownPlaces) places.push(path);
    }
  }
  return places.length === 0 ? [] : [`there is ${places.join(", ")}: is that the one?`];
}
