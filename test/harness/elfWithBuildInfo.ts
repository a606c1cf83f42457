/**
 * The smallest ELF executable that has Go's build information: one segment, nothing that could run. Layout: ELF-64's header and
 * program header; debug/buildinfo for the rest.
 */
export function elfWithBuildInfo(goVersion: string, module: string): Buffer {
  const info = `path\t${module}\nmod\t${module}\t(devel)\t\n`;
  const marks = ["3077af0c9274080241e1c107e6d618e6", "f932433186182072008242104116d8f2"].map((hex) =>
    Buffer.from(hex, "hex"),
  );
  const modInfo = Buffer.concat([marks[0] ?? Buffer.alloc(0), Buffer.from(info), marks[1] ?? Buffer.alloc(0)]);
  const head = Buffer.alloc(32);
  head.write("\xff Go buildinf:", 0, "latin1");
  head[14] = 8;
  // Strings lie here, and not behind pointers.
  head[15] = 2;
  const data = Buffer.concat([head, counted(Buffer.from(goVersion)), counted(modInfo)]);
  const start = 128;
  const size = start + data.length;
  const elf = Buffer.alloc(start);
  elf.write("\x7fELF\x02\x01\x01", 0, "latin1");
  elf.writeUInt16LE(2, 16); // ET_EXEC
  elf.writeUInt16LE(62, 18); // EM_X86_64
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(0x400000n + BigInt(start), 24);
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(64, 52);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt16LE(64, 58);
  elf.writeUInt32LE(1, 64); // PT_LOAD
  elf.writeUInt32LE(6, 68); // readable, writable
  elf.writeBigUInt64LE(0x400000n, 80);
  elf.writeBigUInt64LE(0x400000n, 88);
  elf.writeBigUInt64LE(BigInt(size), 96);
  elf.writeBigUInt64LE(BigInt(size), 104);
  elf.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([elf, data]);
}

/** With its length before it, as a varint. */
function counted(bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let left = bytes.length; ; left >>>= 7) {
    if (left < 0x80) {
      length.push(left);
      break;
    }
    length.push((left & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}
