// Files that a job leaves for later ones. They are copied out of the tree when it has succeeded, and back into it before a
// job that needs them, where they are missing or different: after a crash the tree may be a fresh one.
//
// Jobs in containers write into the tree what they like, symbolic links too: nothing is read or written through one.

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, lstat, mkdir, open, readdir, realpath, rm } from "node:fs/promises";
import { dirname, join, matchesGlob, relative, sep } from "node:path";

export interface Artifact {
  /** From the project's folder, with slashes. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

export interface Collected {
  readonly artifacts: readonly Artifact[];
  /** For the log: globs that match nothing, links that were left out. */
  readonly notes: readonly string[];
}

const mostFiles = 20_000;
const mostBytes = 4 * 2 ** 30;

/** Copies what the globs match from the project into the folder `into`, which is made anew. Throws what the disk says. */
export async function collectArtifacts(project: string, globs: readonly string[], into: string): Promise<Collected> {
  await rm(into, { recursive: true, force: true });
  const notes: string[] = [];
  const found = new Set<string>();
  for (const glob of globs) {
    const pattern = glob.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
    const before = found.size;
    for (const path of await filesBelow(project, fixedPart(pattern), notes)) {
      // As in GitLab, a folder's name means all that is in it.
      if (matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`)) found.add(path);
    }
    if (found.size === before) notes.push(`artifacts: nothing matches ${glob}`);
  }
  if (found.size > mostFiles) throw new Error(`${found.size} files match \`artifacts\`; ${mostFiles} are allowed`);
  const artifacts: Artifact[] = [];
  let bytes = 0;
  for (const path of [...found].sort()) {
    const { size } = await lstat(join(project, path));
    bytes += size;
    if (bytes > mostBytes) throw new Error(`the files that \`artifacts\` match have more than ${mostBytes} bytes`);
    const target = join(into, path);
    await mkdir(dirname(target), { recursive: true });
    await copyInside(project, path, target);
    artifacts.push({ path, size, sha256: await digestOf(target) });
  }
  return { artifacts, notes: [...new Set(notes)] };
}

/** Whether the folder still holds all of them, byte by byte. */
export async function areIntact(artifacts: readonly Artifact[], folder: string): Promise<boolean> {
  for (const { path, sha256 } of artifacts) {
    if ((await digestOf(join(folder, path)).catch(() => undefined)) !== sha256) return false;
  }
  return true;
}

/** Puts them back where they were; resolves to how many were missing or different. Throws what the disk says. */
export async function restoreArtifacts(
  artifacts: readonly Artifact[],
  folder: string,
  project: string,
): Promise<number> {
  let restored = 0;
  for (const { path, sha256 } of artifacts) {
    const target = join(project, path);
    if ((await digestOf(target).catch(() => undefined)) === sha256) continue;
    await mkdir(dirname(target), { recursive: true });
    await mustBeInside(project, dirname(target));
    // Not into what stands there, which may be a link: in its place.
    await rm(target, { recursive: true, force: true });
    await copyFile(join(folder, path), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    restored++;
  }
  return restored;
}

/** The part of a glob in front of its first wildcard: `out/reports/*.xml` → `out/reports`. */
function fixedPart(pattern: string): string {
  const parts = pattern.split("/");
  const wild = parts.findIndex((part) => /[*?[\]{}()!+@]/.test(part));
  return (wild < 0 ? parts : parts.slice(0, wild)).join("/");
}

async function filesBelow(project: string, start: string, notes: string[]): Promise<string[]> {
  const top = start === "" ? undefined : await lstat(join(project, start)).catch(() => undefined);
  if (start !== "" && top === undefined) return [];
  if (top?.isFile() === true) return [start];
  if (top?.isSymbolicLink() === true) {
    notes.push(`artifacts: ${start} is a symbolic link, which is left out`);
    return [];
  }
  const files: string[] = [];
  const folders = [start];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(project, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && path !== ".git") folders.push(path);
      else if (entry.isFile()) files.push(path);
    }
  }
  return files;
}

async function copyInside(project: string, path: string, target: string): Promise<void> {
  const source = join(project, path);
  await mustBeInside(project, dirname(source));
  // Refuses a link that has taken the file's place since it was listed.
  const handle = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW);
  await handle.close();
  await copyFile(source, target, constants.COPYFILE_FICLONE);
}

async function mustBeInside(project: string, folder: string): Promise<void> {
  const way = relative(await realpath(project), await realpath(folder));
  if (way === ".." || way.startsWith(`..${sep}`)) throw new Error(`${folder} leads out of the project through a link`);
}

async function digestOf(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash("sha256");
    for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk);
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}
