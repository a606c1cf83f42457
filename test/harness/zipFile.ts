import { crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Stored as it is, for bytes that deflate would only make longer. */
  readonly stored?: boolean;
}

/**
 * Writes a zip: local headers, central directory, end record; no zip64, so up to 4 GiB and 65535 entries. The same
 * entries give the same bytes: every time stamp is the format's zero.
 *
 * Source: APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
 */
export function zipFile(entries: readonly ZipEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, stored = false } of entries) {
    const encodedName = Buffer.from(name);
    const data = stored ? bytes : deflateRawSync(bytes);
    const common = commonFields(stored, bytes, data.length, encodedName.length);
    const local = Buffer.concat([le32(0x04034b50), common, encodedName]);
    parts.push(local, data);
    directory.push(centralHeader(common, encodedName, offset));
    offset += local.length + data.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...parts, central, endRecord(entries.length, central.length, offset)]);
}

/** What a local header and the entry in the directory have in common, "version needed" to "extra field length". */
function commonFields(stored: boolean, bytes: Uint8Array, compressedSize: number, nameLength: number): Buffer {
  return Buffer.concat([
    le16(20),
    le16(0x0800), // names are UTF-8
    le16(stored ? 0 : 8),
    le16(0),
    le16((1 << 5) | 1), // 1 January 1980: month and day count from one
    le32(crc32(bytes)),
    le32(compressedSize),
    le32(bytes.length),
    le16(nameLength),
    le16(0),
  ]);
}

function centralHeader(common: Buffer, name: Buffer, offset: number): Buffer {
  const noComment = Buffer.alloc(2 + 2 + 2 + 4); // comment length, disk, internal and external attributes
  return Buffer.concat([le32(0x02014b50), le16(20), common, noComment, le32(offset), name]);
}

function endRecord(count: number, directorySize: number, directoryOffset: number): Buffer {
  const noDisks = Buffer.alloc(4);
  return Buffer.concat([
    le32(0x06054b50),
    noDisks,
    le16(count),
    le16(count),
    le32(directorySize),
    le32(directoryOffset),
    le16(0),
  ]);
}

function le16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function le32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
