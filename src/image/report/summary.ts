// An image at a glance: what it is for, what it stands on, what it starts, which Go programs are in it.

import type { BuildInfo } from "../../gomod/buildinfo.ts";
import type { Image } from "../readImage.ts";
import { walk } from "../rootfs/walk.ts";
import { distribution, libcOf } from "../why/libc.ts";

export interface GoProgram {
  readonly path: string;
  readonly size: number;
  readonly goVersion: string;
  readonly package: string;
  readonly module: string | undefined;
  readonly version: string | undefined;
  readonly modules: number;
  readonly revision: string | undefined;
  /** "dynamic": it needs a loader, for cgo's sake. */
  readonly linked: "static" | "dynamic";
}

export interface ImageSummary {
  readonly platform: string;
  /** `Debian GNU/Linux 12 (bookworm)`; undefined for one that says nothing of itself, as scratch. */
  readonly distribution: string | undefined;
  readonly libc: "glibc" | "musl" | undefined;
  readonly files: number;
  /** Of all files that show. */
  readonly bytes: number;
  readonly goPrograms: readonly GoProgram[];
}

export function summarize({ fs, source: { config } }: Image): ImageSummary {
  const nodes = [...walk(fs)].filter(({ node }) => node.type !== "directory");
  let bytes = 0;
  for (const { size } of new Set(nodes.map(({ node }) => node))) bytes += size;
  const goPrograms = nodes.flatMap(({ path, node }) => {
    const { content } = node;
    if (content?.kind !== "elf" || content.go === undefined) return [];
    return [program(path, node.size, content.go.info, content.elf.interpreter === undefined ? "static" : "dynamic")];
  });
  const variant = config.variant === undefined ? "" : `/${config.variant}`;
  return {
    platform: `${config.os}/${config.architecture}${variant}`,
    distribution: distribution(fs)?.name,
    libc: libcOf(fs),
    files: nodes.length,
    bytes,
    goPrograms,
  };
}

function program(path: string, size: number, info: BuildInfo, linked: GoProgram["linked"]): GoProgram {
  const { goVersion, main, deps, settings } = info;
  return {
    path,
    size,
    goVersion,
    package: info.path,
    module: main?.path,
    version: main?.version,
    modules: deps.length,
    revision: settings.find(({ key }) => key === "vcs.revision")?.value,
    linked,
  };
}
