// Where a program writes: the folder for temporary files, and volumes.

import { allows, lookup } from "../rootfs/lookup.ts";
import type { Container } from "../why/container.ts";
import { layerText } from "../why/container.ts";
import type { Need } from "./need.ts";
import type { StartedProgram } from "./startedProgram.ts";

export function temporaryFiles(container: Container, { path, go }: StartedProgram): Need | undefined {
  if (go?.abilities.has("temporary-files") !== true) return undefined;
  const named = container.env.get("TMPDIR") ?? "";
  const folder = named === "" ? "/tmp" : named;
  const need = { kind: "temporary-files", by: path } as const;
  const does = `${path} makes temporary files (os.CreateTemp, os.MkdirTemp)`;
  const state = writable(container, folder);
  if (state === "yes") {
    const reason = `${does}: user ${container.who.uid} may write to ${folder}`;
    return { ...need, state: "met", reason, error: undefined, fixes: [] };
  }
  const isVolume = container.config.volumes.includes(folder);
  return {
    ...need,
    state: isVolume && state === "absent" ? "depends" : "missing",
    reason: `${does}, and ${state === "absent" ? `the image has no ${folder}` : `user ${container.who.uid} may not write to ${folder}`}`,
    error: `open ${folder}/…: ${state === "absent" ? "no such file or directory" : "permission denied"}`,
    fixes: [
      state === "absent"
        ? `make it in the build stage (RUN mkdir -m 1777 /newtmp) and COPY --from=build /newtmp ${folder}`
        : `RUN chmod 1777 ${folder}`,
      `or mount one: docker run --tmpfs ${folder}, an emptyDir in Kubernetes`,
    ],
  };
}

/** Volumes that an engine makes are as the image has the folder; one that the image lacks is root's. */
export function volumes(container: Container): Need[] {
  const { config, fs, who } = container;
  if (who.uid === 0) return [];
  return config.volumes.map((folder): Need => {
    const need = { kind: "volumes", by: `VOLUME ${folder}` } as const;
    const state = writable(container, folder);
    if (state === "yes") {
      const reason = `user ${who.uid} may write to ${folder}`;
      return { ...need, state: "met", reason, error: undefined, fixes: [] };
    }
    const found = lookup(fs, folder);
    const from = found.ok
      ? `${folder} belongs to ${found.node.uid}:${found.node.gid} with mode ${found.node.mode.toString(8).padStart(4, "0")}, from ${layerText(config, found.node.layer)}`
      : `the image has no ${folder}, so an engine makes it for root`;
    return {
      ...need,
      state: "missing",
      reason: `user ${who.uid} may not write to the volume: ${from}`,
      error: `open ${folder}/…: permission denied`,
      fixes: [
        `give it to the user before the VOLUME line: COPY --chown=${who.uid}:${who.gids[0] ?? 0} … ${folder}, or RUN mkdir -p ${folder} && chown ${who.uid} ${folder}`,
        `in Kubernetes: securityContext.fsGroup: ${who.gids[0] || who.uid}`,
      ],
    };
  });
}

function writable({ fs, who }: Container, folder: string): "yes" | "no" | "absent" {
  const found = lookup(fs, folder, who);
  if (!found.ok) return found.error === "EACCES" ? "no" : "absent";
  return found.node.children !== undefined && allows(found.node, 2, who) && allows(found.node, 1, who) ? "yes" : "no";
}
