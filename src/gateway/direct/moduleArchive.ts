// The zip of a module version, from `git archive`: git applies line endings and attributes as it does for the go command.
// The archive lies on disk while the zip is read from it, so memory holds one file's chunk.

import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline, Readable } from "node:stream";
import { crc32, createDeflateRaw } from "node:zlib";
import { ModuleError } from "../../gomod/error.ts";
import { create, maxLicense, type CreatePorts, type ModuleFile } from "../../gomod/zip.ts";
import { SourceFailure } from "../source.ts";
import type { CodeModule } from "./codeModule.ts";
import type { Mirror } from "./mirror.ts";
import type { ModuleFolder } from "./moduleFolder.ts";
import { listTar } from "./tarFile.ts";

const filesLimit = 1_000_000;
/** 500 MiB of files and what tar adds; what more there is belongs to other modules. */
const archiveLimit = 4 * 1024 ** 3;

/** Their list takes so many bytes at most: names are shorter in the mean. */
const listLimit = filesLimit * 160;

const ports: CreatePorts = {
  crc32: (data, previous) => crc32(data, previous),
  deflate: (chunks) => pipeline(Readable.from(chunks), createDeflateRaw({ level: 6 }), () => undefined),
};

/** The zip, piece by piece. `folder`: for the archive while it is needed. Throws SourceFailure. */
export async function* moduleArchive(
  module: CodeModule,
  version: string,
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { mirror } = module.revisions;
  const place = await module.folderOf(version);
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${randomUUID()}.tar`);
  try {
    await countFiles(mirror, place, version, signal);
    const settings = ["-c", "core.autocrlf=input", "-c", "core.eol=lf"];
    const paths = place.folder === "" ? [] : ["--", place.folder];
    const args = [...settings, "archive", "--format=tar", place.hash, ...paths];
    const run = await mirror.local(args, { into: path, output: archiveLimit, signal });
    if (run.cut !== undefined || run.status !== 0)
      throw new SourceFailure(
        "bad-answer",
        `making the archive of ${version}: ${run.cut ?? run.stderr.trim().slice(0, 300)}`,
      );
    const prefix = place.folder === "" ? "" : `${place.folder}/`;
    const files = (await listTar(path, filesLimit))
      .filter((file) => file.path.startsWith(prefix))
      .map((file): ModuleFile => ({ ...file, path: file.path.slice(prefix.length) }));
    if (prefix !== "" && !files.some((file) => file.path === "LICENSE")) {
      // A module in a folder has the repository's licence where it has none.
      const licence = await module.revisions.file(place.hash, "LICENSE", maxLicense);
      if (licence !== undefined)
        files.push({ path: "LICENSE", type: "file", size: licence.length, open: () => [licence] });
    }
    yield* create(module.place.path, version, files, ports);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new SourceFailure("not-found", error.message, { cause: error });
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * Counts the files before an archive is begun. Trees may hold the same tree many times over: a few objects unfold to more
 * files than any disk holds, and git would have to remember the folders of all of them. Throws SourceFailure.
 */
async function countFiles(mirror: Mirror, place: ModuleFolder, version: string, signal: AbortSignal): Promise<void> {
  const paths = place.folder === "" ? [] : ["--", place.folder];
  const args = ["ls-tree", "-r", "-z", "--name-only", place.hash, ...paths];
  const { cut, stdout } = await mirror.local(args, { output: listLimit, signal });
  const isTooMany = cut === "too-long" || stdout.filter((byte) => byte === 0).length > filesLimit;
  if (isTooMany) throw new SourceFailure("bad-answer", `${version} has more than ${filesLimit} files`);
}
