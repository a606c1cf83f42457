// The dynamic loader's work without running anything: which shared libraries a program gets, and what it misses.
//
// Sources: ld.so(8), glibc's elf/dl-load.c and dl-version.c; musl's ldso/dynlink.c.

import { type ElfFile } from "../elf/elfFile.ts";
import { architectureOf } from "../elf/machine.ts";
import { ImageError } from "../imageError.ts";
import { lookup } from "../rootfs/lookup.ts";
import type { FsNode } from "../rootfs/node.ts";
import type { Container } from "./container.ts";
import { cachedLibraries } from "./ldCache.ts";
import { debianWith, distribution } from "./libc.ts";
import type { Obstacle } from "./verdict.ts";

interface Loaded {
  /** As the loader names it. */
  readonly path: string;
  readonly elf: ElfFile;
  /** Who asked for it; undefined for the program. */
  readonly by: Loaded | undefined;
}

/** A program of more libraries is none. */
const libraryLimit = 2000;
/** Folders that are looked into, for all of its libraries together. */
const lookLimit = 1_000_000;

/** What keeps the program's libraries from being loaded; undefined when all are there. `path` as the program was started. */
export function loadLibraries(
  container: Container,
  path: string,
  elf: ElfFile,
  interpreter: string,
): Obstacle | undefined {
  const isMusl = /\/ld-musl-/.test(interpreter);
  const loaded: Loaded[] = [{ path, elf, by: undefined }];
  const names = new Map<string, Loaded>();
  const search = isMusl ? muslSearch(container, interpreter) : glibcSearch(container, elf);
  let looks = 0;
  for (let i = 0; i < loaded.length && loaded.length < libraryLimit; i++) {
    const by = loaded[i];
    for (const name of by?.elf.needed ?? []) {
      if (by === undefined || names.has(name) || (isMusl && isMuslItself(name))) continue;
      const folders = search(by);
      looks += 1 + folders.size;
      if (looks > lookLimit)
        throw new ImageError(
          "too-large",
          `${path} wants more libraries from more folders than any loader looks through`,
        );
      const found = find(container, name, folders, elf);
      if (found === undefined) return missingLibrary(container, name, by, isMusl, elf);
      const library: Loaded = { ...found, by };
      names.set(name, library);
      if (library.elf.soname !== undefined) names.set(library.elf.soname, library);
      loaded.push(library);
    }
  }
  container.libraries.push(...loaded.slice(1).map((library) => library.path));
  container.chain.push(
    loaded.length === 1 ? "no shared libraries" : `${loaded.length - 1} shared libraries, all there`,
  );
  // musl knows no versions.
  return isMusl ? undefined : missingVersion(path, loaded, names);
}

/** The program and its libraries come with the C library itself, which is the loader. */
function isMuslItself(name: string): boolean {
  return /^lib(c|pthread|rt|m|dl|util|xnet)\.so/.test(name) || name.startsWith("libc.musl-");
}

function find(
  container: Container,
  name: string,
  folders: Iterable<string>,
  program: ElfFile,
): { path: string; elf: ElfFile } | undefined {
  const candidates = name.includes("/") ? [name] : [...folders].map((folder) => `${folder}/${name}`);
  for (const path of candidates) {
    const found = lookup(container.fs, path, container.who, container.workingDir);
    const elf = found.ok ? elfOf(found.node) : undefined;
    // One of another class or machine is passed over, as the loader does.
    if (elf?.machine === program.machine && elf.is64 === program.is64) return { path, elf };
  }
  return undefined;
}

function elfOf(node: FsNode): ElfFile | undefined {
  return node.content?.kind === "elf" ? node.content.elf : undefined;
}

type Search = (by: Loaded) => ReadonlySet<string>;

/** RPATH of whoever asks and of those that loaded it (unless it has a RUNPATH), LD_LIBRARY_PATH, RUNPATH, cache, defaults. */
function glibcSearch(container: Container, program: ElfFile): Search {
  const variable = splitPath(container.env.get("LD_LIBRARY_PATH"));
  const cached = cachedLibraries(container.fs);
  const defaults = defaultFolders(program);
  return (by) => {
    const rpath =
      by.elf.runpath.length > 0
        ? []
        : chainOf(by).flatMap((each) => (each.elf.runpath.length > 0 ? [] : expand(each.elf.rpath, each)));
    return new Set([...rpath, ...variable, ...expand(by.elf.runpath, by), ...cached, ...defaults]);
  };
}

/** LD_LIBRARY_PATH, both kinds of RPATH up the chain, the path file or its default. */
function muslSearch(container: Container, interpreter: string): Search {
  const architecture = /ld-musl-(.+)\.so/.exec(interpreter)?.[1] ?? "";
  const file = lookup(container.fs, `/etc/ld-musl-${architecture}.path`);
  const text =
    file.ok && file.node.content?.kind === "kept"
      ? file.node.content.bytes.toString("utf8")
      : "/lib:/usr/local/lib:/usr/lib";
  const folders = text.split(/[:\n]/).filter((folder) => folder !== "");
  const variable = splitPath(container.env.get("LD_LIBRARY_PATH"));
  return (by) =>
    new Set([
      ...variable,
      ...chainOf(by).flatMap((each) => expand([...each.elf.rpath, ...each.elf.runpath], each)),
      ...folders,
    ]);
}

function chainOf(by: Loaded): Loaded[] {
  const chain: Loaded[] = [];
  for (let each: Loaded | undefined = by; each !== undefined; each = each.by) chain.push(each);
  return chain;
}

/** What is built into glibc: Debian's has its multiarch folders, Fedora's lib64. */
function defaultFolders(program: ElfFile): string[] {
  const triplets: Readonly<Record<string, string>> = {
    amd64: "x86_64-linux-gnu",
    arm64: "aarch64-linux-gnu",
    "386": "i386-linux-gnu",
    arm: "arm-linux-gnueabihf",
    riscv64: "riscv64-linux-gnu",
    ppc64le: "powerpc64le-linux-gnu",
    s390x: "s390x-linux-gnu",
  };
  const triplet = triplets[architectureOf(program)];
  const multiarch = triplet === undefined ? [] : [`/lib/${triplet}`, `/usr/lib/${triplet}`];
  return [...multiarch, ...(program.is64 ? ["/lib64", "/usr/lib64"] : []), "/lib", "/usr/lib"];
}

function expand(folders: readonly string[], { path }: Loaded): string[] {
  const origin = path.slice(0, Math.max(0, path.lastIndexOf("/"))) || "/";
  return folders.map((folder) => folder.replaceAll(/\$(?:ORIGIN\b|\{ORIGIN\})/g, origin));
}

function splitPath(text: string | undefined): string[] {
  return (text ?? "").split(/[:;]/).filter((folder) => folder !== "");
}

function missingLibrary(container: Container, name: string, by: Loaded, isMusl: boolean, program: ElfFile): Obstacle {
  const first = chainOf(by).at(-1);
  const lines = chainOf(by).toReversed();
  container.chain.push(
    ...lines.map(
      (each, depth) =>
        `${"  ".repeat(depth)}${each.path} needs ${depth === lines.length - 1 ? `${name}, which is nowhere` : (lines[depth + 1]?.path ?? "")}`,
    ),
  );
  return {
    cause: "missing-library",
    error: isMusl
      ? `Error loading shared library ${name}: No such file or directory (needed by ${by.path})`
      : `${first?.path ?? ""}: error while loading shared libraries: ${name}: cannot open shared object file: No such file or directory`,
    saidBy: isMusl ? "musl's loader" : "glibc's loader",
    exitStatus: 127,
    reason: `${by.path} needs the shared library ${name}, and none of the folders that the loader searches has it for ${architectureOf(program)}`,
    fixes: [installAdvice(container, name), `or link statically: CGO_ENABLED=0 where the program does not need C`],
  };
}

function installAdvice(container: Container, name: string): string {
  const base = distribution(container.fs);
  const stem = name.replace(/\.so.*$/, "");
  switch (base?.id) {
    case "alpine":
      return `install its package: apk add --no-cache ${stem === "libgcc_s" ? "libgcc" : stem === "libstdc++" ? "libstdc++" : `$(apk search -qe so:${name})`} (apk search so:${name} names it)`;
    case "debian":
    case "ubuntu":
      return `install its package in the last stage: apt-get install (apt-file search ${name} names it; in the build stage: dpkg -S ${name})`;
    default:
      return `copy it from the stage that links the program (ldd lists all of them), or take a base image that has it`;
  }
}

/** The first version that a library lacks, in the order in which glibc checks. */
function missingVersion(
  program: string,
  loaded: readonly Loaded[],
  names: ReadonlyMap<string, Loaded>,
): Obstacle | undefined {
  const offered = new Map([...new Set(names.values())].map((each) => [each, new Set(each.elf.versions)]));
  const lacking = loaded.flatMap((each) =>
    each.elf.versionNeeds.flatMap(({ library, versions }) => {
      const provider = names.get(library);
      const has = provider === undefined ? undefined : offered.get(provider);
      // A library without any versions is taken as it is, with a warning.
      if (provider === undefined || has === undefined || has.size === 0) return [];
      const gone = versions.filter((version) => !has.has(version));
      return gone.map((version) => ({ each, provider, version }));
    }),
  );
  const [first] = lacking;
  if (first === undefined) return undefined;
  const versions = [...new Set(lacking.map(({ version }) => version))].toSorted(byVersion);
  const newest = versions.at(-1) ?? "";
  const debian = debianWith(newest);
  const has = first.provider.elf.versions
    .filter((version) => version.startsWith("GLIBC_2"))
    .toSorted(byVersion)
    .at(-1);
  return {
    cause: "library-version",
    error: `${program}: ${first.provider.path}: version \`${first.version}' not found (required by ${first.each.path})`,
    saidBy: "glibc's loader",
    exitStatus: 1,
    reason:
      `${first.each.path} was linked against a newer ${first.provider.path.slice(first.provider.path.lastIndexOf("/") + 1)}: ` +
      `it needs ${versions.join(", ")}${has === undefined ? "" : `, and the one here ends at ${has}`}`,
    fixes: [
      `build and run on the same Debian: the tags of both FROM lines must name the same release${debian === undefined ? "" : ` (${newest} is in ${debian} and newer)`}`,
      `or leave C out: CGO_ENABLED=0 makes a program that needs no libc`,
    ],
  };
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
