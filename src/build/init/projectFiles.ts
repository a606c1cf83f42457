/** The plan's files on disk: what is there, and writing what was agreed to, and nothing else. */
import { lstat, mkdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isWithin } from "../../repo/pathWithin.ts";
import type { PlannedFile } from "./filePlan.ts";

export type InitErrorCode =
  /** What is there is no plain file: a symlink, a folder. */
  | "notAFile"
  /** It has changed since the plan was shown. */
  | "changed"
  /** The system refused. */
  | "unwritable";

/** A file can't be read or written. The message names it; what was written before it stays. */
export class InitError extends Error {
  override readonly name = "InitError";
  readonly code: InitErrorCode;

  constructor(code: InitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The texts of those of the files that are there.
 *
 * @throws InitError for one that is no plain file: through a symlink another file would be changed than the one that is shown.
 */
export async function readPresent(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const present = new Map<string, string>();
  for (const path of paths) {
    const text = await readPlain(root, path);
    if (text !== undefined) present.set(path, text);
  }
  return present;
}

/**
 * Writes the files, each whole or not at all.
 *
 * @throws InitError
 */
export async function writeFiles(
  root: string,
  files: readonly Pick<PlannedFile, "path" | "text" | "before">[],
): Promise<void> {
  for (const { path, text, before } of files) {
    if ((await readPlain(root, path)) !== before) {
      throw new InitError(
        "changed",
        `${path} has changed since it was shown: nothing was written over it; run this again`,
      );
    }
    const target = join(root, path);
    const part = `${target}.${process.pid}.part`;
    try {
      await checkInside(root, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(part, text, { flag: "wx" });
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      if (error instanceof InitError) throw error;
      throw new InitError("unwritable", `writing ${target} failed: ${reasonOf(error)}`, { cause: error });
    }
  }
}

async function readPlain(root: string, path: string): Promise<string | undefined> {
  const file = join(root, path);
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isFile())
    throw new InitError("notAFile", `${path} is there and no plain file: it is left alone, move it away first`);
  await checkInside(root, path);
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new InitError("unwritable", `reading ${file} failed: ${reasonOf(error)}`, { cause: error });
  }
}

/** A folder on the way may be a symlink that leads out of the repository. */
async function checkInside(root: string, path: string): Promise<void> {
  let folder = dirname(join(root, path));
  while (isWithin(root, folder) && (await lstat(folder).catch(() => undefined)) === undefined) folder = dirname(folder);
  if (isWithin(await realpath(root), await realpath(folder))) return;
  throw new InitError("notAFile", `${path} would lie outside of the project, through a symlink: it is left alone`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
