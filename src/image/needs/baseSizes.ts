// How large base images are, unpacked, and how that is known.

import { lookup } from "../rootfs/lookup.ts";
import type { FsNode } from "../rootfs/node.ts";
import type { Container } from "../why/container.ts";
import { distribution } from "../why/libc.ts";

export const baseNames = ["scratch", "distroless static", "distroless base", "alpine", "debian-slim"] as const;
export type BaseName = (typeof baseNames)[number];

export interface BaseSize {
  /** Unpacked. */
  readonly bytes: number;
  /** Where the number comes from, in words. */
  readonly from: string;
}

/**
 * The Debian ones were added up from the files of Debian 12's packages: distroless static is base-files, netbase, tzdata,
 * media-types and the certificates; base is that with libc6 and libssl3; slim what debootstrap's minbase makes without
 * manuals and translations. Alpine's is what its releases 3.19 to 3.22 have as published. They change little over the years.
 */
const table: Readonly<Record<BaseName, BaseSize>> = {
  scratch: { bytes: 0, from: "it is empty" },
  "distroless static": { bytes: 2.0e6, from: "Debian 12's packages" },
  "distroless base": { bytes: 20.7e6, from: "Debian 12's packages" },
  alpine: { bytes: 8e6, from: "its releases 3.19 to 3.22" },
  "debian-slim": { bytes: 74.8e6, from: "Debian 12's packages" },
};

/** Certificates and time zones as Debian 12 has them, where the image has none to measure. */
export const usualBytes = { certificates: 225e3, "time-zones": 1.3e6 } as const;

/** Measured in the image itself where that stands on this base: its lowest layer; else out of the table. */
export function baseSize(name: BaseName, container: Container, shown: Iterable<FsNode>): BaseSize {
  if (standsOn(container) !== name) return table[name];
  let bytes = 0;
  for (const { layer, size } of shown) if (layer === 0) bytes += size;
  return { bytes, from: "this image's first layer" };
}

/** Of bases that are one layer; and only with the layers of more on top, or all would be its own. */
function standsOn({ fs, config }: Container): BaseName | undefined {
  const { id, name } = distribution(fs) ?? {};
  const release = ["/etc/os-release", "/usr/lib/os-release"].map((path) => lookup(fs, path)).find(({ ok }) => ok);
  if (release?.ok !== true || release.node.layer !== 0 || config.diffIds.length < 2) return undefined;
  if (id === "alpine") return "alpine";
  // The full Debian has its manuals; distroless calls itself Debian, too.
  const manuals = lookup(fs, "/usr/share/man/man1");
  const isSlim = (!manuals.ok || manuals.node.children?.size === 0) && lookup(fs, "/bin/sh").ok;
  return id === "debian" && isSlim && !/distroless/i.test(name ?? "") ? "debian-slim" : undefined;
}
