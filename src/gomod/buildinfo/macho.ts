/**
 * Mach-O headers (xnu, EXTERNAL_HEADERS/mach-o/loader.h and fat.h), of macOS and iOS. Build information has a section,
 * `__go_buildinfo`; where there is none, the first writable segment is searched.
 *
 * A "fat" file holds one executable for each architecture; the first is read, as `go version` does.
 */
import { type RandomAccess, Window } from "../randomAccess.ts";
import { type Executable, type Segment, unrecognized } from "./executable.ts";

/** Where the executable is in the file, and how it is read. */
interface Image {
  readonly file: Window;
  /** Of the load commands. */
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly littleEndian: boolean;
}

const segment32 = 0x1;
const segment64 = 0x19;
const readWrite = 3;

/** Programs have a few kilobytes. */
const maxCommandBytes = 16 * 1024 * 1024;

/** Go's part of a fat file, and its headers. @throws ModuleError `notExecutable`. */
export function readFat(file: RandomAccess, window: Window): { part: RandomAccess; executable: Executable } {
  const header = window.view(0, 28);
  if (header.getUint32(4, false) < 1) throw unrecognized();
  const offset = header.getUint32(16, false);
  const size = Math.min(header.getUint32(20, false), file.size - offset);
  if (size <= 0) throw unrecognized();
  const part: RandomAccess = { size, read: (at, length) => file.read(offset + at, length) };
  return { part, executable: readMacho(new Window(part, unrecognized)) };
}

/** @throws ModuleError `notExecutable`. */
export function readMacho(file: Window): Executable {
  const image = openImage(file);
  const segments: Segment[] = [];
  let writableData: Executable["data"];
  let section: Executable["data"];
  let at = image.start;
  for (let i = 0; i < image.count; i++) {
    if (image.end - at < 8) throw unrecognized();
    const command = file.view(at, 8);
    const kind = command.getUint32(0, image.littleEndian);
    const length = command.getUint32(4, image.littleEndian);
    if (length < 8 || length > image.end - at) throw unrecognized();
    if (kind === segment32 || kind === segment64) {
      const loaded = readSegment(file.view(at, length), kind === segment64, image.littleEndian);
      // The first page is kept free, to catch null pointers.
      if (loaded.name !== "__PAGEZERO") segments.push(loaded.segment);
      if (loaded.isWritable) writableData ??= { address: loaded.segment.address, size: loaded.memorySize };
      section ??= loaded.section;
    }
    at += length;
  }
  return { segments, data: section ?? writableData };
}

function openImage(file: Window): Image {
  const magic = file.view(0, 4).getUint32(0, false);
  const littleEndian = magic === 0xcefaedfe || magic === 0xcffaedfe;
  if (!littleEndian && magic !== 0xfeedface && magic !== 0xfeedfacf) throw unrecognized();
  const is64 = magic === 0xfeedfacf || magic === 0xcffaedfe;
  const header = file.view(0, 28);
  const start = is64 ? 32 : 28;
  const length = header.getUint32(20, littleEndian);
  if (length > maxCommandBytes || start + length > file.size) throw unrecognized();
  return { file, start, end: start + length, count: header.getUint32(16, littleEndian), littleEndian };
}

interface LoadedSegment {
  readonly name: string;
  readonly segment: Segment;
  readonly memorySize: bigint;
  readonly isWritable: boolean;
  /** The section of build information, if it is in this segment. */
  readonly section: Executable["data"];
}

function readSegment(command: DataView, is64: boolean, littleEndian: boolean): LoadedSegment {
  const headLength = is64 ? 72 : 56;
  const sectionLength = is64 ? 80 : 68;
  if (command.byteLength < headLength) throw unrecognized();
  const word = (at: number, index: number): bigint =>
    is64 ? command.getBigUint64(at + 8 * index, littleEndian) : BigInt(command.getUint32(at + 4 * index, littleEndian));
  const protectionAt = headLength - 16;
  const sectionCount = command.getUint32(headLength - 8, littleEndian);
  if (sectionCount > (command.byteLength - headLength) / sectionLength) throw unrecognized();
  let section: Executable["data"];
  for (let i = 0; i < sectionCount; i++) {
    const at = headLength + i * sectionLength;
    if (cString(command, at) !== "__go_buildinfo") continue;
    section ??= { address: word(at + 32, 0), size: word(at + 32, 1) };
  }
  const segment: Segment = { address: word(24, 0), offset: word(24, 2), size: word(24, 3) };
  const hasOnly = (at: number): boolean => command.getUint32(at, littleEndian) === readWrite;
  return {
    name: cString(command, 8),
    segment,
    memorySize: word(24, 1),
    isWritable: segment.address !== 0n && segment.size !== 0n && hasOnly(protectionAt) && hasOnly(protectionAt + 4),
    section,
  };
}

/** A name of at most 16 bytes. */
function cString(view: DataView, at: number): string {
  let name = "";
  for (let i = at; i < at + 16; i++) {
    const byte = view.getUint8(i);
    if (byte === 0) break;
    name += String.fromCharCode(byte);
  }
  return name;
}
