// Decides by a file's name and first bytes what is kept of it, while it streams by.

import { read } from "../../gomod/buildinfo.ts";
import { ModuleError } from "../../gomod/error.ts";
import { cgoPackagesOf } from "../elf/cgoPackages.ts";
import { type ElfFile, readElfFile } from "../elf/elfFile.ts";
import { goAbilities } from "../elf/goAbilities.ts";
import type { ContentSink, TarEntry } from "../tar/tarReader.ts";
import type { Content, GoContent } from "./layer.ts";

/** Linux reads so many bytes of a file to see what it is (BINPRM_BUF_SIZE). */
const headSize = 256;

/** Larger ELF files are read up to here: what a loader needs of them usually stands before. */
const elfLimit = 256 << 20;
const keptLimit = 4 << 20;

/** Files by which users, libraries and names are looked up. */
const keptFiles = new Set(["etc/passwd", "etc/group", "etc/ld.so.cache", "etc/os-release", "usr/lib/os-release"]);
const keptPattern = /^etc\/ld-musl-[^/]+\.path$/;

/** A sink for the entry's content; `done` is told what was kept once the content is complete. */
export function contentSink(name: string, { size }: TarEntry, done: (content: Content) => void): ContentSink {
  if (size === 0) return { write: () => undefined, end: () => done({ kind: "empty" }) };
  const isKept = size <= keptLimit && (keptFiles.has(name) || keptPattern.test(name));
  return new Sink(size, isKept, done);
}

class Sink implements ContentSink {
  readonly #size: number;
  readonly #isKept: boolean;
  readonly #done: (content: Content) => void;
  /** What is wanted of the content: its head, and all of it once the head says so. */
  #wanted: Buffer;
  #length = 0;
  #knowsKind = false;

  constructor(size: number, isKept: boolean, done: (content: Content) => void) {
    this.#size = size;
    this.#isKept = isKept;
    this.#done = done;
    this.#wanted = Buffer.allocUnsafe(isKept ? size : Math.min(size, headSize));
  }

  write(piece: Buffer): void {
    let at = 0;
    if (this.#length < this.#wanted.length) {
      at = Math.min(piece.length, this.#wanted.length - this.#length);
      piece.copy(this.#wanted, this.#length, 0, at);
      this.#length += at;
    }
    if (this.#knowsKind || this.#length < this.#wanted.length) return;
    this.#knowsKind = true;
    if (this.#isKept || !isElf(this.#wanted)) return;
    const whole = Buffer.allocUnsafe(Math.min(this.#size, elfLimit));
    this.#wanted.copy(whole);
    this.#wanted = whole;
    this.write(piece.subarray(at));
  }

  end(): void {
    const bytes = this.#wanted.subarray(0, this.#length);
    this.#done(this.#isKept ? { kind: "kept", bytes } : contentOf(bytes));
  }
}

function isElf(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === 0x7f454c46;
}

/** What a Go program was built from and may do; undefined for another, and for one that is too large or damaged. */
function goProgram(bytes: Buffer): GoContent | undefined {
  try {
    const info = read({ size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) });
    return { info, abilities: goAbilities(bytes), cgoPackages: cgoPackagesOf(bytes) };
  } catch (error) {
    if (error instanceof ModuleError) return undefined;
    throw error;
  }
}

function contentOf(bytes: Buffer): Content {
  if (isElf(bytes)) {
    const elf: ElfFile | undefined = readElfFile(bytes);
    return elf === undefined ? { kind: "broken-elf" } : { kind: "elf", elf, go: goProgram(bytes) };
  }
  if (bytes.toString("latin1", 0, 2) === "#!") {
    const end = bytes.indexOf(0x0a);
    return { kind: "script", line: bytes.toString("utf8", 2, end < 0 ? bytes.length : end) };
  }
  return { kind: bytes.toString("latin1", 0, 8) === "!<arch>\n" ? "archive" : "other" };
}
