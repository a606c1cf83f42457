// The names of a Go program's functions: stripping leaves them (stack traces need them), and the linker has taken out what can't
// be reached. So they say what a program may do, where its imports only say what it could have done.
//
// Source: Go, internal/abi/symtab.go and cmd/link/internal/ld/pcln.go. Everything in the file is its maker's choice.

const tables = new Set([".gopclntab", ".data.rel.ro.gopclntab"]);
/** How many words of the header stand before the offset of the names, by the table's first four bytes. */
const wordsBefore: ReadonlyMap<number, number> = new Map([
  [0xfffffffa, 2], // Go 1.16
  [0xfffffff0, 3], // Go 1.18
  [0xfffffff1, 3], // Go 1.20
]);
const sectionLimit = 10_000;
const nameLimit = 64;

/** Those of the names that the program has. Empty for a program that is none of Go's, or hides its names (UPX). */
export function goFunctionsOf<T extends string>(bytes: Buffer, names: readonly T[]): readonly T[] {
  const table = functionNamesOf(bytes);
  return names.filter((name) => table.includes(`\0${name}\0`));
}

/** All names, each between NULs. */
export function functionNamesOf(bytes: Buffer): Buffer {
  try {
    return functionNames(bytes) ?? Buffer.alloc(0);
  } catch (error) {
    // An offset that leads out of the file.
    if (error instanceof RangeError) return Buffer.alloc(0);
    throw error;
  }
}

function functionNames(bytes: Buffer): Buffer | undefined {
  const is64 = bytes[4] === 2;
  const little = bytes[5] === 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const int = (at: number): number => view.getUint32(at, little);
  const half = (at: number): number => view.getUint16(at, little);
  const word = (at: number): number => (is64 ? Number(view.getBigUint64(at, little)) : int(at));
  const table = word(is64 ? 40 : 32);
  const [size, count, namesIndex] = [half(is64 ? 58 : 46), half(is64 ? 60 : 48), half(is64 ? 62 : 50)];
  if (table === 0) return undefined;
  const section = (index: number): { name: number; offset: number; size: number } => {
    const at = table + index * size;
    return { name: int(at), offset: word(at + (is64 ? 24 : 16)), size: word(at + (is64 ? 32 : 20)) };
  };
  const names = section(namesIndex).offset;
  for (let index = 0; index < Math.min(count, sectionLimit); index++) {
    const { name, offset, size: length } = section(index);
    const start = names + name;
    const text = bytes.toString("latin1", start, start + nameLimit);
    if (!tables.has(text.slice(0, Math.max(0, text.indexOf("\0"))))) continue;
    const before = wordsBefore.get(int(offset));
    if (before === undefined) return undefined;
    const width = is64 ? 8 : 4;
    const first = offset + 8 + before * width;
    const [from, to] = [word(first), word(first + width)];
    if (from >= to || to > length || offset + to > bytes.length) return undefined;
    // The byte before the first name is not its neighbour's end; the first names are go:buildid's and the runtime's.
    return bytes.subarray(offset + from, offset + to);
  }
  return undefined;
}
