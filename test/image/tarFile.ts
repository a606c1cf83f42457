/** What stands in a tar archive of the tests: a file, a link or a folder, by its name in the archive. */
export interface TarMember {
  readonly name: string;
  readonly content?: string | Buffer;
  readonly type?: "file" | "directory" | "symlink" | "hardlink";
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
}

const flags = { file: "0", hardlink: "1", symlink: "2", directory: "5" } as const;

/** A ustar archive; long names by pax headers, as today's archivers write them. */
export function tarFile(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap((member) => {
    const { name, type = "file", link = "" } = member;
    const records = [
      ...(Buffer.byteLength(name) > 100 ? [paxRecord("path", name)] : []),
      ...(Buffer.byteLength(link) > 100 ? [paxRecord("linkpath", link)] : []),
    ].join("");
    const pax = records === "" ? [] : [header("pax", "x", Buffer.byteLength(records)), padded(Buffer.from(records))];
    const content = type === "file" ? Buffer.from(member.content ?? "") : Buffer.alloc(0);
    return [...pax, header(name.slice(0, 100), flags[type], content.length, member), padded(content)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function header(
  name: string,
  flag: string,
  size: number,
  { mode = 0o755, uid = 0, link = "" }: Partial<TarMember> = {},
): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number): number =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  block.write(name, 0, 100);
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(uid, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write(flag, 156);
  block.write(link.slice(0, 100), 157, 100);
  block.write("ustar\x0000", 257, "latin1");
  mendChecksum(block);
  return block;
}

/** Makes the checksum of the header at the beginning right again. */
export function mendChecksum(archive: Buffer): void {
  const block = archive.subarray(0, 512);
  block.write("        ", 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (Buffer.byteLength(`${length}${rest}`) !== length) length = Buffer.byteLength(`${length}${rest}`);
  return `${length}${rest}`;
}
