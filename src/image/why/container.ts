// What is known of a container before its program starts.

import { type Identity, lookup } from "../rootfs/lookup.ts";
import type { RootFs } from "../rootfs/rootFs.ts";
import type { ImageConfig } from "../source/config.ts";

export interface Container {
  readonly fs: RootFs;
  readonly config: ImageConfig;
  readonly who: Identity;
  readonly workingDir: string;
  readonly env: ReadonlyMap<string, string>;
  /** What is looked at on the way, in words. */
  readonly chain: string[];
  readonly notes: string[];
  /** The files that are executed one for the other: scripts, shells, programs. Absolute, without links. */
  readonly started: string[];
  /** The shared libraries of these programs, and their loaders. */
  readonly libraries: string[];
}

/** Docker's and podman's where an image sets none. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function environmentOf({ env }: ImageConfig): ReadonlyMap<string, string> {
  const variables = new Map<string, string>([["PATH", defaultPath]]);
  for (const line of env) {
    const equals = line.indexOf("=");
    if (equals > 0) variables.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return variables;
}

/** Who says what goes wrong once the container's first process is there. */
export const kernel = "the kernel, through runc 1.1";

/** Whether a program is one of busybox', which says things in words of its own. */
export function isBusybox({ fs, who, workingDir }: Container, path: string): boolean {
  const found = lookup(fs, path, who, workingDir);
  return found.ok && /\/busybox[^/]*$/.test(found.path);
}

/** The instruction that made a layer: "layer 3 (COPY app /app)". */
export function layerText({ instructions }: ImageConfig, layer: number): string {
  const instruction = instructions[layer];
  if (instruction === undefined) return `layer ${layer + 1}`;
  return `layer ${layer + 1} (${instruction.length > 80 ? `${instruction.slice(0, 79)}…` : instruction})`;
}
