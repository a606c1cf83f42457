/**
 * ELF headers (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.intro.html), of Linux and the BSDs. The linker puts build
 * information into a section of its own, `.go.buildinfo`; where section headers are stripped, it is near the beginning of
 * the first writable segment.
 */
import type { Window } from "../randomAccess.ts";
import { type Executable, type Segment, unrecognized } from "./executable.ts";

interface Format {
  readonly is64: boolean;
  readonly littleEndian: boolean;
}

interface Table {
  readonly offset: bigint;
  readonly entrySize: number;
  readonly count: number;
}

/** Programs have a few dozen; only object files have more. */
const maxSections = 100_000;
const maxNameBytes = 16 * 1024 * 1024;

const loadable = 1;
const executable = 1;
const writable = 2;
const stringTable = 3;

/** @throws ModuleError `notExecutable`. */
export function readElf(file: Window): Executable {
  const ident = file.bytes(0, 16);
  const [, , , , elfClass, encoding, version] = ident;
  if ((elfClass !== 1 && elfClass !== 2) || (encoding !== 1 && encoding !== 2) || version !== 1) throw unrecognized();
  const format: Format = { is64: elfClass === 2, littleEndian: encoding === 1 };
  const { programs, sections, namesAt } = readHeader(file, format);
  const segments: Segment[] = [];
  let writableData: Executable["data"];
  for (let i = 0; i < programs.count; i++) {
    const { type, flags, memorySize, segment } = readProgram(entryOf(file, programs, i, format.is64 ? 56 : 32), format);
    segments.push(segment);
    if (type === loadable && (flags & (executable | writable)) === writable) {
      writableData ??= { address: segment.address, size: memorySize };
    }
  }
  return { segments, data: findSection(file, format, sections, namesAt) ?? writableData };
}

function readHeader(file: Window, format: Format): { programs: Table; sections: Table; namesAt: number } {
  const { is64, littleEndian } = format;
  const header = file.view(0, is64 ? 64 : 52);
  // Go looks at one byte of the four.
  if ((header.getUint32(20, littleEndian) & 0xff) !== 1) throw unrecognized();
  const programsAt = readWord(header, is64 ? 32 : 28, format);
  const sectionsAt = readWord(header, is64 ? 40 : 32, format);
  const half = (index: number): number => header.getUint16((is64 ? 54 : 42) + 2 * index, littleEndian);
  const programs: Table = { offset: programsAt, entrySize: half(0), count: half(1) };
  let sections: Table = { offset: sectionsAt, entrySize: half(2), count: half(3) };
  let namesAt = half(4);
  if (sections.offset === 0n && sections.count !== 0) throw unrecognized();
  if (sections.count > 0 && namesAt >= sections.count) throw unrecognized();
  if (sections.offset > 0n && sections.count === 0) {
    // Counts that 16 bits don't hold are in the first section's header.
    const first = readSection(entryOf(file, { ...sections, count: 1, entrySize: is64 ? 64 : 40 }, 0, 0), format);
    if (first.type !== 0 || first.size < 0xff00n || first.size > BigInt(maxSections)) throw unrecognized();
    sections = { ...sections, count: Number(first.size) };
    if (namesAt === 0xffff) namesAt = first.link;
    if (namesAt >= sections.count) throw unrecognized();
  }
  if (programs.count > 0 && programs.entrySize < (is64 ? 56 : 32)) throw unrecognized();
  if (sections.count > 0 && sections.entrySize < (is64 ? 64 : 40)) throw unrecognized();
  return { programs, sections, namesAt };
}

/** A number as long as an address. */
function readWord(view: DataView, at: number, { is64, littleEndian }: Format): bigint {
  return is64 ? view.getBigUint64(at, littleEndian) : BigInt(view.getUint32(at, littleEndian));
}

/** @param length How much of the entry is looked at; 0 for all of it. */
function entryOf(file: Window, table: Table, index: number, length: number): DataView {
  const offset = table.offset + BigInt(index) * BigInt(table.entrySize);
  if (offset > BigInt(file.size)) throw unrecognized();
  return file.view(Number(offset), length || table.entrySize);
}

function readProgram(
  entry: DataView,
  format: Format,
): { type: number; flags: number; memorySize: bigint; segment: Segment } {
  const { is64, littleEndian } = format;
  const word = (index: number): bigint => readWord(entry, is64 ? 8 + 8 * index : 4 + 4 * index, format);
  return {
    type: entry.getUint32(0, littleEndian),
    flags: entry.getUint32(is64 ? 4 : 24, littleEndian),
    memorySize: word(4),
    segment: { offset: word(0), address: word(1), size: word(3) },
  };
}

interface Section {
  readonly name: number;
  readonly type: number;
  readonly address: bigint;
  readonly offset: bigint;
  readonly size: bigint;
  readonly link: number;
}

function readSection(entry: DataView, format: Format): Section {
  const { is64, littleEndian } = format;
  const word = (index: number): bigint => readWord(entry, is64 ? 8 + 8 * index : 8 + 4 * index, format);
  return {
    name: entry.getUint32(0, littleEndian),
    type: entry.getUint32(4, littleEndian),
    address: word(1),
    offset: word(2),
    size: word(3),
    link: entry.getUint32(is64 ? 40 : 24, littleEndian),
  };
}

const sectionName = ".go.buildinfo\0";

/** The section of build information, if the sections have names and one has this. */
function findSection(file: Window, format: Format, table: Table, namesAt: number): Executable["data"] {
  if (table.count === 0 || namesAt === 0) return undefined;
  const names = readSection(entryOf(file, table, namesAt, format.is64 ? 64 : 40), format);
  if (names.type !== stringTable) throw unrecognized();
  if (names.size > BigInt(maxNameBytes) || names.offset > BigInt(file.size)) throw unrecognized();
  // All at once: the names may lie in any order, and each look elsewhere would cost a reading.
  const nameTable = file.bytes(Number(names.offset), Number(names.size));
  for (let i = 0; i < table.count; i++) {
    const { name, address, size } = readSection(entryOf(file, table, i, format.is64 ? 64 : 40), format);
    if (startsWith(nameTable, name, sectionName)) return { address, size };
  }
  return undefined;
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
