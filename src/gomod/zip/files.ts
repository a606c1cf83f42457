/**
 * Which files a module zip is made of (golang.org/x/mod/zip, CheckFiles and CheckDir): those of the module itself, without
 * nested modules, vendored packages, symbolic links and the traces of version control.
 */
import { type Chunks, type FileTree, type FileType, walk } from "../fileTree.ts";
import { CollisionChecker } from "./collision.ts";
import { type FileError, filePathFault, isClean, maxGoMod, maxLicense, maxZipFile } from "./rules.ts";
import { goVersionOf, isVendored } from "./vendored.ts";

/** A file that may become part of a module zip. */
export interface ModuleFile {
  /** From the module's root, with slashes. */
  readonly path: string;
  readonly type: FileType;
  /** In bytes. */
  readonly size: number;
  /** The content of a regular file. */
  open(): Chunks;
}

/** What was found: each file is in one of the lists. */
export interface CheckedFiles {
  /** Those for the zip, in the given order. */
  readonly valid: readonly ModuleFile[];
  /** Those that don't belong to the module. That is no fault. */
  readonly omitted: readonly FileError[];
  /** Those that make a zip impossible. */
  readonly invalid: readonly FileError[];
  /** The files together are too large. */
  readonly sizeError: string | undefined;
}

/** Checks a list of files, in Go's words. None is opened but go.mod, for its go line. */
export async function checkFiles(files: readonly ModuleFile[]): Promise<CheckedFiles> {
  const { nested, goVersion } = await findGoMods(files);
  const collisions = new CollisionChecker();
  const valid: ModuleFile[] = [];
  const omitted: FileError[] = [];
  const invalid: FileError[] = [];
  const told = new Set<string>();
  let left = maxZipFile;
  let sizeError: string | undefined;
  for (const file of files) {
    const { path, type, size } = file;
    // Of what is wrong with a path, the first is enough.
    const tell = (list: FileError[], message: string): void => {
      if (!told.has(path)) list.push({ path, message });
      told.add(path);
    };
    const early = pathOmission(path, nested, goVersion);
    const fault = early.fault ?? (early.omission === undefined ? pathFault(path, type, collisions) : undefined);
    if (fault !== undefined) {
      tell(invalid, fault);
      continue;
    }
    const omission = early.omission ?? typeOmission(type);
    if (omission !== undefined) {
      tell(omitted, omission);
      continue;
    }
    if (size >= 0 && size <= left) left -= size;
    else sizeError ??= `module source tree too large (max size is ${maxZipFile} bytes)`;
    const tooLarge = sizeFault(path, size);
    if (tooLarge === undefined) valid.push(file);
    else tell(invalid, tooLarge);
  }
  return { valid, omitted, invalid, sizeError };
}

/** The folders of nested modules, each with its slash, and the language version of the module itself. */
async function findGoMods(files: readonly ModuleFile[]): Promise<{ nested: ReadonlySet<string>; goVersion: string }> {
  const nested = new Set<string>();
  let goVersion = "";
  for (const file of files) {
    const slash = file.path.lastIndexOf("/") + 1;
    const name = file.path.slice(slash);
    if (!/^go\.mod$/i.test(name) || file.type !== "file") continue;
    nested.add(file.path.slice(0, slash));
    if (file.path === "go.mod") goVersion = await readGoVersion(file);
  }
  return { nested, goVersion };
}

/** What can't be read tells no version; packing it will fail with the reason. */
async function readGoVersion(file: ModuleFile): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of file.open()) {
      size += chunk.length;
      if (size > maxGoMod) return "";
      chunks.push(chunk);
    }
  } catch {
    return "";
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return goVersionOf(whole);
}

/** Why a path is left out, or can't be one at all. */
function pathOmission(
  path: string,
  nested: ReadonlySet<string>,
  goVersion: string,
): { readonly fault?: string; readonly omission?: string } {
  if (!isClean(path)) return { fault: "file path is not clean" };
  if (path.startsWith("/")) return { fault: "file path is not relative" };
  if (isVendored(path, goVersion)) return { omission: "file is in vendor directory" };
  if (isInModule(path, nested)) return { omission: "file is in another module" };
  if (path === ".hg_archival.txt") {
    return { omission: "file is inserted by 'hg archive' and is always omitted" };
  }
  return {};
}

/** Whether one of the folders above a path, the root aside, is in the set. */
function isInModule(path: string, nested: ReadonlySet<string>): boolean {
  for (let slash = path.lastIndexOf("/"); slash >= 0; slash = path.lastIndexOf("/", slash - 1)) {
    if (nested.has(path.slice(0, slash + 1))) return true;
    if (slash === 0) break;
  }
  return false;
}

function pathFault(path: string, type: FileType, collisions: CollisionChecker): string | undefined {
  const fault = filePathFault(path);
  if (fault !== undefined) return fault;
  if (/^go\.mod$/i.test(path) && path !== "go.mod") return "go.mod files must have lowercase names";
  return collisions.check(path, type === "directory");
}

function typeOmission(type: FileType): string | undefined {
  if (type === "symlink") return "file is a symbolic link";
  return type === "file" ? undefined : "not a regular file";
}

function sizeFault(path: string, size: number): string | undefined {
  if (path === "go.mod" && size > maxGoMod) return `go.mod file too large (max size is ${maxGoMod} bytes)`;
  if (path === "LICENSE" && size > maxLicense) return `LICENSE file too large (max size is ${maxLicense} bytes)`;
  return undefined;
}

/**
 * Lists a module's files, and what is left out already here: whole folders of nested modules and of version control, of
 * which nothing below is looked at.
 */
export async function listFiles(
  tree: FileTree,
): Promise<{ readonly files: readonly ModuleFile[]; readonly omitted: readonly FileError[] }> {
  const files: ModuleFile[] = [];
  const omitted: FileError[] = [];
  const root = await tree.list("");
  const goMod = root.find(({ name, type }) => name === "go.mod" && type === "file");
  const goVersion =
    goMod === undefined ? "" : await readGoVersion({ ...goMod, path: "go.mod", open: () => tree.open("go.mod") });
  const skipped = new Set<string>();
  for await (const { path, name, type, size, entries } of walk(tree, (folder) => skipped.has(folder.path))) {
    const isNested = entries.some((entry) => entry.name === "go.mod" && entry.type !== "directory");
    if (isVendored(path, goVersion)) {
      omitted.push({ path, message: "file is in vendor directory" });
    } else if (type === "directory" && [".bzr", ".git", ".hg", ".svn"].includes(name)) {
      omitted.push({ path, message: "directory is a version control repository" });
      skipped.add(path);
    } else if (type === "directory" && isNested) {
      omitted.push({ path, message: "directory is in another module" });
      skipped.add(path);
    } else if (type !== "directory" && type !== "file") {
      omitted.push({ path, message: "not a regular file" });
    } else if (type === "file") {
      files.push({ path, type, size, open: () => tree.open(path) });
    }
  }
  return { files, omitted };
}

/** Checks the files of a folder as {@link createFromDir} would take them. */
export async function checkDir(tree: FileTree): Promise<CheckedFiles> {
  const { files, omitted } = await listFiles(tree);
  const checked = await checkFiles(files);
  return { ...checked, omitted: [...checked.omitted, ...omitted] };
}
