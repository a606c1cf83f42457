// A program of machine code: its architecture, its loader, its libraries.

import type { ElfFile } from "../elf/elfFile.ts";
import { architectureOf, runsOn } from "../elf/machine.ts";
import { allows, lookup } from "../rootfs/lookup.ts";
import { type Container, kernel } from "./container.ts";
import { distribution, libcOf } from "./libc.ts";
import { loadLibraries } from "./loader.ts";
import { notProgram } from "./notProgram.ts";
import type { Obstacle } from "./verdict.ts";

interface Program {
  readonly path: string;
  readonly asked: string;
  readonly elf: ElfFile;
}

export function startElf(container: Container, { path, asked, elf }: Program): Obstacle | undefined {
  const { config, fs, who, chain } = container;
  if (elf.type !== "executable" && elf.type !== "shared") return notProgram(asked, path, { kind: "object" });
  if (config.architecture !== "" && !runsOn(elf, config.architecture))
    return wrongArchitecture(container, path, asked, elf);
  if (elf.interpreter === undefined) return elf.hasEntry ? undefined : sharedLibrary(path);
  const loader = lookup(fs, elf.interpreter, who);
  if (!loader.ok) return missingLoader(container, path, asked, elf.interpreter);
  if (!allows(loader.node, 1, who)) {
    return {
      cause: "not-executable",
      error: `exec ${asked}: permission denied`,
      saidBy: kernel,
      exitStatus: 1,
      reason: `${path} may be executed; its loader ${loader.path} may not: its mode is ${loader.node.mode.toString(8).padStart(4, "0")}`,
      fixes: [`RUN chmod 755 ${loader.path}, or copy it with its mode`],
    };
  }
  container.libraries.push(loader.path);
  chain.push(`its loader ${elf.interpreter} is there`);
  return loadLibraries(container, path, elf, elf.interpreter);
}

function wrongArchitecture({ config }: Container, path: string, asked: string, elf: ElfFile): Obstacle {
  const own = architectureOf(elf);
  return {
    cause: "wrong-architecture",
    error: `exec ${asked}: exec format error`,
    saidBy: kernel,
    exitStatus: 1,
    reason: `${path} is for ${own}, and the image says that it is for ${config.os}/${config.architecture}`,
    fixes: [
      `build for the image's platform: in the Dockerfile ARG TARGETOS TARGETARCH, then RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build …`,
      `or build the image for the program's: docker build --platform linux/${own} …`,
    ],
  };
}

function sharedLibrary(path: string): Obstacle {
  return {
    cause: "not-a-program",
    error: "Segmentation fault",
    saidBy: "the kernel, by signal 11",
    exitStatus: 139,
    reason: `${path} is a shared library: it has no place to start at`,
    fixes: ["name the program in ENTRYPOINT, or build one: go build without -buildmode=c-shared"],
  };
}

function missingLoader({ fs }: Container, path: string, asked: string, interpreter: string): Obstacle {
  const has = libcOf(fs);
  const wants = interpreter.includes("musl") ? "musl" : "glibc";
  const base =
    distribution(fs)?.name ?? (has === undefined ? "this image, which has no C library at all," : "this image");
  return {
    cause: "missing-loader",
    error: `exec ${asked}: no such file or directory`,
    saidBy: kernel,
    exitStatus: 1,
    reason:
      `${path} is there; what is missing is its loader ${interpreter}: it is linked against ${wants}, ` +
      `and ${base} ${has === undefined ? "can only run static programs" : `has ${has}`}`,
    fixes: [
      `build it static: CGO_ENABLED=0 go build … (where no package needs C)`,
      wants === "musl"
        ? `or run it where it was built: a last stage FROM alpine of the build stage's release`
        : `or run it where it was built: a last stage FROM debian:…-slim of the build stage's release` +
          (has === "musl" ? ", in place of alpine; or build it in golang:…-alpine" : ""),
    ],
  };
}
