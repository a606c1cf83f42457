// What a program loader needs to know of an ELF file, read out of its bytes once, so that the bytes can go.
//
// Sources: System V ABI, chapters 4 and 5 (https://refspecs.linuxfoundation.org/elf/gabi4+/), symbol versions in the
// LSB core specification. Everything in the file is chosen by whoever made it: offsets are held against its size.

export interface ElfFile {
  readonly is64: boolean;
  readonly isLittleEndian: boolean;
  /** e_machine: 62 is x86-64, 183 is AArch64. */
  readonly machine: number;
  /** `object`: not linked yet; `other`: a core dump or unknown. */
  readonly type: "executable" | "shared" | "object" | "other";
  /** PT_INTERP: the loader, as written in the file. */
  readonly interpreter: string | undefined;
  /** DT_NEEDED, in the order of the file. */
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  /** DT_RPATH, split at colons. */
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
  /** Versions of symbols that it needs, by the library that has them; weak ones are left out. */
  readonly versionNeeds: readonly { readonly library: string; readonly versions: readonly string[] }[];
  /** Versions that it defines. */
  readonly versions: readonly string[];
  /** Whether it can be started at all: an entry point, or an interpreter. */
  readonly hasEntry: boolean;
}

const tag = { needed: 1, stringTable: 5, stringSize: 10, soname: 14, rpath: 15, runpath: 29 } as const;
const versionTag = { definitions: 0x6ffffffc, definitionCount: 0x6ffffffd, needs: 0x6ffffffe, needCount: 0x6fffffff };
const program = { load: 1, dynamic: 2, interpreter: 3 } as const;
const types = [undefined, "object", "executable", "shared"] as const;

/** More would be no program: the largest have a few hundred of each. */
const entryLimit = 10_000;
const stringLimit = 4096;
/** Of all strings together, which may lie upon each other: a few KiB of file could become gigabytes. */
const textLimit = 1 << 20;
const folderLimit = 1000;

/** Reads an ELF file's bytes, or as many of its first bytes as there are; undefined for what is none, or is too damaged. */
export function readElfFile(bytes: Buffer): ElfFile | undefined {
  try {
    return new Reader(bytes).read();
  } catch (error) {
    // An offset that leads out of the file, or too much of something.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

class Reader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #is64: boolean;
  readonly #little: boolean;
  #text = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#is64 = bytes[4] === 2;
    this.#little = bytes[5] === 1;
  }

  read(): ElfFile | undefined {
    const [m0, m1, m2, m3, elfClass, encoding] = this.#bytes;
    if (m0 !== 0x7f || m1 !== 0x45 || m2 !== 0x4c || m3 !== 0x46) return undefined;
    if ((elfClass !== 1 && elfClass !== 2) || (encoding !== 1 && encoding !== 2)) return undefined;
    const { segments, dynamic, interpreter } = this.#programHeaders();
    const entries = dynamic === undefined ? [] : this.#dynamic(dynamic);
    const value = (wanted: number): number | undefined => entries.find(([each]) => each === wanted)?.[1];
    const at = (address: number | undefined): number | undefined => offsetOf(segments, address);
    const strings = at(value(tag.stringTable));
    const string = (index: number): string => (strings === undefined ? "" : this.#string(strings + index));
    const all = (wanted: number): string[] =>
      entries.flatMap(([each, index]) => (each === wanted ? [string(index)] : []));
    const [soname] = all(tag.soname);
    return {
      is64: this.#is64,
      isLittleEndian: this.#little,
      machine: this.#half(18),
      type: types[this.#half(16)] ?? "other",
      interpreter,
      needed: all(tag.needed),
      soname,
      rpath: all(tag.rpath).flatMap(splitPath).slice(0, folderLimit),
      runpath: all(tag.runpath).flatMap(splitPath).slice(0, folderLimit),
      versionNeeds: this.#versionNeeds(at(value(versionTag.needs)), value(versionTag.needCount) ?? 0, string),
      versions: this.#versions(at(value(versionTag.definitions)), value(versionTag.definitionCount) ?? 0, string),
      hasEntry: this.#word(24) !== 0,
    };
  }

  #programHeaders(): { segments: Segment[]; dynamic: Segment | undefined; interpreter: string | undefined } {
    const table = this.#is64 ? this.#word(32) : this.#word(28);
    const [size, count] = this.#is64 ? [this.#half(54), this.#half(56)] : [this.#half(42), this.#half(44)];
    const segments: Segment[] = [];
    let dynamic: Segment | undefined;
    let interpreter: string | undefined;
    for (let i = 0; i < Math.min(count, entryLimit); i++) {
      const at = table + i * size;
      const word = (index: number): number => this.#word(this.#is64 ? at + 8 + 8 * index : at + 4 + 4 * index);
      const segment = { offset: word(0), address: word(1), size: word(3) };
      switch (this.#int(at)) {
        case program.load:
          segments.push(segment);
          break;
        case program.dynamic:
          dynamic = segment;
          break;
        case program.interpreter:
          interpreter = this.#string(segment.offset, segment.size);
          break;
        default:
      }
    }
    return { segments, dynamic, interpreter };
  }

  /** Tags and values up to the tag of zero. */
  #dynamic({ offset, size }: Segment): [number, number][] {
    const width = this.#is64 ? 8 : 4;
    const entries: [number, number][] = [];
    for (let at = offset; at < offset + size && entries.length < entryLimit; at += 2 * width) {
      const key = this.#word(at);
      if (key === 0) break;
      entries.push([key, this.#word(at + width)]);
    }
    return entries;
  }

  /** A list of libraries, each with a list of versions (Elf64_Verneed, Elf64_Vernaux). */
  #versionNeeds(start: number | undefined, count: number, string: (at: number) => string): ElfFile["versionNeeds"] {
    const needs: { library: string; versions: string[] }[] = [];
    if (start === undefined) return needs;
    let at = start;
    // Lists may lie upon each other: all of them together are bounded.
    let left = entryLimit;
    for (let i = 0; i < Math.min(count, entryLimit) && left > 0; i++) {
      const versions: string[] = [];
      let each = at + this.#int(at + 8);
      for (let j = this.#half(at + 2); j > 0 && left > 0; j--, left--) {
        const isWeak = (this.#half(each + 4) & 2) !== 0;
        if (!isWeak) versions.push(string(this.#int(each + 8)));
        each += this.#int(each + 12);
      }
      needs.push({ library: string(this.#int(at + 4)), versions });
      const next = this.#int(at + 12);
      if (next === 0) break;
      at += next;
    }
    return needs;
  }

  /** Elf64_Verdef: each with its name first; the base version names the file itself. */
  #versions(start: number | undefined, count: number, string: (at: number) => string): string[] {
    const versions: string[] = [];
    if (start === undefined) return versions;
    let at = start;
    for (let i = 0; i < Math.min(count, entryLimit); i++) {
      versions.push(string(this.#int(at + this.#int(at + 12))));
      const next = this.#int(at + 16);
      if (next === 0) break;
      at += next;
    }
    return versions;
  }

  #string(at: number, length = stringLimit): string {
    if (at < 0 || at >= this.#bytes.length) throw new RangeError("outside of the file");
    const bytes = this.#bytes.subarray(at, at + Math.min(length, stringLimit));
    const end = bytes.indexOf(0);
    this.#text += end < 0 ? bytes.length : end;
    if (this.#text > textLimit) throw new RangeError("more text than a program has");
    return bytes.toString("utf8", 0, end < 0 ? undefined : end);
  }

  #half(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  #int(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  /** A number as long as an address. One of more than 53 bits is outside of every file. */
  #word(at: number): number {
    return this.#is64 ? Number(this.#view.getBigUint64(at, this.#little)) : this.#int(at);
  }
}

function offsetOf(segments: readonly Segment[], address: number | undefined): number | undefined {
  if (address === undefined) return undefined;
  const segment = segments.find((each) => each.address <= address && address < each.address + each.size);
  return segment === undefined ? undefined : segment.offset + (address - segment.address);
}

function splitPath(path: string): string[] {
  return path.split(":").filter((folder) => folder !== "");
}
