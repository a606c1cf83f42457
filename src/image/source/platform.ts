import { arch } from "node:os";
import { ImageError } from "../imageError.ts";
import type { Platform } from "./source.ts";

const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** This machine's, as far as containers go. */
export function ownPlatform(): Platform {
  return { os: "linux", architecture: architectures[arch()] ?? arch(), variant: undefined };
}

/** `linux/arm/v7`. Throws ImageError `not-found`. */
export function parsePlatform(text: string): Platform {
  const [os = "", architecture = "", variant, ...rest] = text.split("/");
  if (os === "" || architecture === "" || rest.length > 0)
    throw new ImageError(
      "not-found",
      `${JSON.stringify(text)} is no platform; write it as linux/amd64 or linux/arm/v7`,
    );
  return { os, architecture, variant };
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}

/** Whether an image for `offered` is what was asked for; a variant counts only where one was asked for. */
export function fits(offered: Platform, wanted: Platform): boolean {
  return (
    offered.os === wanted.os &&
    offered.architecture === wanted.architecture &&
    (wanted.variant === undefined || offered.variant === wanted.variant)
  );
}
