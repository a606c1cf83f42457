/**
 * The rules for module zips, by their directory alone (golang.org/x/mod/zip, CheckZip). They make sure that a zip can be
 * unpacked to the same files on every system:
 *
 * - every name begins with `<module>@<version>/`, unescaped, and goes on with a valid file path;
 * - no two names are equal but for their case, none is a file and a folder;
 * - go.mod is at the root, in lower case, and nowhere else;
 * - the zip, and all its files together, have at most 500 MiB; go.mod and LICENSE at the root 16 MiB.
 *
 * Sizes are what the directory declares; content.ts holds the data to them.
 */
import { ModuleError } from "../error.ts";
import { quote } from "../quote.ts";
import { CollisionChecker } from "./collision.ts";
import {
  checkNames,
  type FileError,
  filePathFault,
  isClean,
  maxGoMod,
  maxLicense,
  maxZipFile,
  throwFaults,
} from "./rules.ts";
import { readDirectory, type ZipDirectory, type ZipEntry } from "./directory.ts";
import type { ZipReader } from "./ports.ts";

/** What {@link checkZip} found: each entry is in one of the lists, but for folders, which are in neither. */
export interface CheckedZip {
  readonly directory: ZipDirectory;
  readonly valid: readonly ZipEntry[];
  readonly invalid: readonly FileError[];
  /** The files together are too large. */
  readonly sizeError: string | undefined;
}

/**
 * Checks a zip as {@link checkZip} does, and gives its directory if nothing is wrong with it.
 *
 * @throws ModuleError `invalidModuleZip` with Go's text, one line a file (the first of many); and as {@link checkZip}.
 */
export function checkedDirectory(reader: ZipReader, modulePath: string, version: string): ZipDirectory {
  const checked = checkZip(reader, modulePath, version);
  throwFaults(checked);
  return checked.directory;
}

/**
 * Checks the names and sizes in a zip.
 *
 * @param reader The zip. Nothing in it is trusted.
 * @param version Must be canonical, and fit the path.
 * @throws ModuleError `invalidPath` or `invalidVersion` for the two names, `invalidModuleZip` for a zip that is too large to be
 * looked at, `badZip` and `suspectZip` as {@link readDirectory}.
 */
export function checkZip(reader: ZipReader, modulePath: string, version: string): CheckedZip {
  checkNames(modulePath, version);
  if (reader.size > maxZipFile) {
    throw new ModuleError(
      "invalidModuleZip",
      `module zip file is too large (${reader.size} bytes; limit is ${maxZipFile} bytes)`,
    );
  }
  const directory = readDirectory(reader);
  const prefix = `${modulePath}@${version}/`;
  const collisions = new CollisionChecker();
  const valid: ZipEntry[] = [];
  const invalid: FileError[] = [];
  let left = maxZipFile;
  let sizeError: string | undefined;
  for (const entry of directory.entries) {
    const nameFault = checkName(entry.name, prefix, collisions);
    const isFile = nameFault === undefined && !entry.name.endsWith("/");
    if (isFile && entry.uncompressedSize >= 0 && entry.uncompressedSize <= left) left -= entry.uncompressedSize;
    else if (isFile)
      sizeError ??= `total uncompressed size of module contents too large (max size is ${maxZipFile} bytes)`;
    const fault = nameFault ?? sizeFault(entry, prefix);
    if (fault !== undefined) invalid.push({ path: entry.name, message: fault });
    else if (isFile) valid.push(entry);
  }
  return { directory, valid, invalid, sizeError };
}

/** What is wrong with a name, in Go's words and order. */
function checkName(fullName: string, prefix: string, collisions: CollisionChecker): string | undefined {
  if (!fullName.startsWith(prefix)) return `path does not have prefix ${quote(prefix)}`;
  const nameOrFolder = fullName.slice(prefix.length);
  if (nameOrFolder === "") return undefined;
  const isDir = nameOrFolder.endsWith("/");
  const name = isDir ? nameOrFolder.slice(0, -1) : nameOrFolder;
  if (!isClean(name)) return "file path is not clean";
  const fault = filePathFault(name) ?? collisions.check(name, isDir);
  if (fault !== undefined || isDir) return fault;
  const base = name.slice(name.lastIndexOf("/") + 1);
  if (!/^go\.mod$/i.test(base)) return undefined;
  if (base !== name) return "go.mod file not in module root directory";
  return name === "go.mod" ? undefined : "go.mod files must have lowercase names";
}

function sizeFault(entry: ZipEntry, prefix: string): string | undefined {
  if (entry.name === `${prefix}go.mod` && entry.uncompressedSize > maxGoMod) {
    return `go.mod file too large (max size is ${maxGoMod} bytes)`;
  }
  if (entry.name === `${prefix}LICENSE` && entry.uncompressedSize > maxLicense) {
    return `LICENSE file too large (max size is ${maxLicense} bytes)`;
  }
  return undefined;
}
