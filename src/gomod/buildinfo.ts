/**
 * What a Go program was built from, read out of the program itself, whatever system it is for: the toolchain, the modules
 * with their checksums, the flags (debug/buildinfo, `go version -m`). Programs carry it since Go 1.12, also when they are
 * stripped or built with -trimpath; what is packed (UPX) shows nothing.
 *
 * A program comes from anywhere. Reading takes a few small pieces of the file, and one pass over its data section if there
 * is no section header that leads to the right place.
 */
import { readBlob } from "./buildinfo/blob.ts";
import { readElf } from "./buildinfo/elf.ts";
import { type Executable, unrecognized } from "./buildinfo/executable.ts";
import { type BuildInfo, parse } from "./buildinfo/lines.ts";
import { readFat, readMacho } from "./buildinfo/macho.ts";
import { readPe } from "./buildinfo/pe.ts";
import { type RandomAccess, Window } from "./randomAccess.ts";

export { type BuildInfo, type BuildModule, type BuildSetting, format, parse } from "./buildinfo/lines.ts";
export type { RandomAccess } from "./randomAccess.ts";

/**
 * Reads the build information of an executable or shared library: ELF, Mach-O (the first part of a universal file) or PE
 * (debug/buildinfo, Read).
 *
 * @throws ModuleError `notExecutable` for another kind of file, or a damaged one; `notGo` where there is no build
 * information; `badBuildInfo` where it can't be understood.
 */
export function read(file: RandomAccess): BuildInfo {
  const { part, executable } = open(file);
  const { goVersion, modules } = readBlob(part, executable);
  return { ...parse(modules), goVersion };
}

/** The headers, and what their offsets count in. */
function open(file: RandomAccess): { part: RandomAccess; executable: Executable } {
  if (file.size < 16) throw unrecognized();
  const window = new Window(file, unrecognized);
  const magic = window.view(0, 4).getUint32(0, false);
  if (magic === 0x7f454c46) return { part: file, executable: readElf(window) };
  if (magic >>> 16 === 0x4d5a) return { part: file, executable: readPe(window) };
  if (magic === 0xcafebabe) return readFat(file, window);
  return { part: file, executable: readMacho(window) };
}
