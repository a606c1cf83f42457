// Base images as far as they matter to a program, made of this machine's files; and what an advice says to bring along.

import { readFile, realpath } from "node:fs/promises";
import type { BaseChoice } from "../../src/image/needs/baseAdvice.ts";
import type { Programs } from "./programs.ts";
import type { TarMember } from "./tarFile.ts";
import { berlin } from "./zoneFile.ts";

export interface BaseModels {
  readonly bases: Readonly<Record<BaseChoice["name"], readonly TarMember[]>>;
  /** The files that come of doing what an advice says. */
  readonly brought: (bring: readonly string[], libraries: Readonly<Record<string, Buffer>>) => readonly TarMember[];
}

const folder = "lib/x86_64-linux-gnu";
const tmp: TarMember = { name: "tmp", type: "directory", mode: 0o1777 };
const nsswitch: TarMember = { name: "etc/nsswitch.conf", content: "hosts: files dns\n", mode: 0o644 };
const passwd = (...lines: readonly string[]): TarMember => ({
  name: "etc/passwd",
  content: ["root:x:0:0::/root:/bin/sh", "nobody:x:65534:65534::/:/bin/false", ...lines, ""].join("\n"),
  mode: 0o644,
});

/** `certificate`: the one that is among the authorities. */
export async function baseModels(
  { glibcLoader, libc, muslLoader, busybox }: Programs,
  certificate: string,
): Promise<BaseModels> {
  const zone: TarMember = { name: "usr/share/zoneinfo/Europe/Berlin", content: await berlin(), mode: 0o644 };
  const roots: TarMember = { name: "etc/ssl/certs/ca-certificates.crt", content: certificate, mode: 0o644 };
  const glibc: readonly TarMember[] = [
    { name: "lib64/ld-linux-x86-64.so.2", content: glibcLoader },
    { name: `${folder}/libc.so.6`, content: libc },
    { name: `${folder}/libm.so.6`, content: await readFile(await realpath(`/${folder}/libm.so.6`)) },
  ];
  const shell: TarMember = { name: "bin/sh", content: busybox };
  const distroless = [tmp, nsswitch, zone, roots, passwd("nonroot:x:65532:65532::/:/bin/false")];
  const bring = (line: string, libraries: Readonly<Record<string, Buffer>>): TarMember => {
    const uid = /an entry for user (\d+)/.exec(line)?.[1];
    if (uid !== undefined) return passwd(`app:x:${uid}:${uid}::/:/bin/false`);
    const temporary = /a folder \/(\S+) with mode 1777/.exec(line)?.[1];
    if (temporary !== undefined) return { ...tmp, name: temporary };
    const library = /(?:the library|the package that has) ([\w.+-]+)/.exec(line)?.[1] ?? "";
    const content = libraries[library];
    if (content !== undefined) return { name: `${folder}/${library}`, content };
    if (/ca-certificates/.test(line)) return roots;
    if (/zoneinfo|tzdata/.test(line)) return zone;
    throw new Error(`nobody knows what this brings: ${line}`);
  };
  return {
    bases: {
      scratch: [],
      "distroless static": distroless,
      "distroless base": [...distroless, ...glibc],
      alpine: [{ name: "lib/ld-musl-x86_64.so.1", content: muslLoader }, shell, tmp, nsswitch, roots, passwd()],
      "debian-slim": [...glibc, shell, tmp, nsswitch, passwd()],
    },
    brought: (lines, libraries) => lines.map((line) => bring(line, libraries)),
  };
}
