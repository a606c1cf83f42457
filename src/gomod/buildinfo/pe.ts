/**
 * PE headers (https://learn.microsoft.com/windows/win32/debug/pe-format), of Windows. There is no section for build
 * information: it is in the first section of initialized, writable data.
 */
import type { Window } from "../randomAccess.ts";
import { type Executable, type Segment, unrecognized } from "./executable.ts";

/** AMD64, ARM64, ARM (Thumb-2), I386, RISC-V of three widths, and none in particular. */
const machines: ReadonlySet<number> = new Set([0x8664, 0xaa64, 0x1c4, 0x14c, 0x5032, 0x5064, 0x5128, 0]);

const fileHeaderLength = 20;
const sectionHeaderLength = 40;

/** Initialized data, readable, writable; how it is aligned does not count. */
const dataSection = 0xc0000040;
const alignment = 0x00600000;

/** @throws ModuleError `notExecutable`. */
export function readPe(file: Window): Executable {
  const signatureAt = file.view(0, 96).getUint32(0x3c, true);
  if (file.view(signatureAt, 4).getUint32(0, false) !== 0x50450000) throw unrecognized();
  const headerAt = signatureAt + 4;
  const header = file.view(headerAt, fileHeaderLength);
  if (!machines.has(header.getUint16(0, true))) throw unrecognized();
  const sectionCount = header.getUint16(2, true);
  const optionalAt = headerAt + fileHeaderLength;
  const optional = readOptionalHeader(file, optionalAt, header.getUint16(16, true));
  const segments: Segment[] = [];
  let data: Executable["data"];
  for (let i = 0; i < sectionCount; i++) {
    const section = file.view(optionalAt + optional.length + i * sectionHeaderLength, sectionHeaderLength);
    const memorySize = section.getUint32(8, true);
    const address = section.getUint32(12, true);
    const size = section.getUint32(16, true);
    const offset = section.getUint32(20, true);
    const kind = (section.getUint32(36, true) & ~alignment) >>> 0;
    // Go counts in 32 bits: a section that would end past them is nowhere. One that is nowhere in the file is all zeros.
    if (offset > 0 && (address + size - 1) >>> 0 >= address) {
      segments.push({ address: BigInt(address) + optional.imageBase, offset: BigInt(offset), size: BigInt(size) });
    }
    if (address !== 0 && size !== 0 && kind === dataSection) {
      data ??= { address: BigInt(address) + optional.imageBase, size: BigInt(memorySize) };
    }
  }
  return { segments, data };
}

/** Where the image wants to be, and how long the header is. */
function readOptionalHeader(file: Window, at: number, declared: number): { imageBase: bigint; length: number } {
  if (declared === 0) return { imageBase: 0n, length: 0 };
  const magic = file.view(at, 2).getUint16(0, true);
  const is64 = magic === 0x20b;
  if (!is64 && magic !== 0x10b) throw unrecognized();
  const fixedLength = is64 ? 112 : 96;
  if (declared < fixedLength) throw unrecognized();
  const fixed = file.view(at, fixedLength);
  // Data directories of 8 bytes each fill the rest, exactly.
  if (8 * fixed.getUint32(fixedLength - 4, true) !== declared - fixedLength) throw unrecognized();
  return {
    imageBase: is64 ? fixed.getBigUint64(24, true) : BigInt(fixed.getUint32(28, true)),
    length: declared,
  };
}
