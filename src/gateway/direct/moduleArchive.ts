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
import { listTar } from "./tarFile.ts";

const filesLimit = 1_000_000;
/** 500 MiB of files and what tar adds; what more there is belongs to other modules. */
const archiveLimit = 4 * 1024 ** 3;

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
