// Reads a tar archive as it comes, in whatever pieces: headers are parsed, contents are skipped unless somebody asks.

import { ImageError } from "../imageError.ts";
import { blockSize, parseHeader, type TarHeader } from "./header.ts";
import { paxNumber, type PaxRecords, parsePax, paxText } from "./pax.ts";

export interface TarEntry {
  /** As written in the archive: may be absolute, or lead out of it. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "device" | "fifo";
  /** Of the file once it is unpacked. */
  readonly size: number;
  /** Permissions with setuid, setgid and sticky: 12 bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** What a link leads to. */
  readonly link: string;
  /** Its content stands in the archive without its holes, and is not read. */
  readonly isSparse: boolean;
  /** Whether it gives privileges by the extended attribute security.capability. */
  readonly hasCapabilities: boolean;
}

/** Takes a file's content piece by piece. The pieces are good only during the call. */
export interface ContentSink {
  write(piece: Buffer): void;
  /** The content is complete. */
  end(): void;
}

/** Called for each entry in its order; whoever wants the content answers with a sink. Sparse files give none. */
export type OnEntry = (entry: TarEntry) => ContentSink | undefined;

/** More would be no file name: Linux ends at 4096. */
const extendedLimit = 1 << 20;

const types: Readonly<Record<string, TarEntry["type"]>> = {
  "0": "file",
  "7": "file",
  S: "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "device",
  "4": "device",
  "5": "directory",
  "6": "fifo",
};

type Stage =
  | { readonly do: "header" }
  /** Extended headers are collected; contents are passed on or skipped. */
  | { readonly do: "extended"; readonly type: string; readonly pieces: Buffer[]; left: number; padding: number }
  | { readonly do: "content"; readonly sink: ContentSink | undefined; left: number; padding: number }
  /** Blocks that list more holes of a sparse file stand between its header and its content. */
  | { readonly do: "holes"; readonly header: TarHeader }
  | { readonly do: "end" };

const noRecords: PaxRecords = new Map();

export class TarReader {
  readonly #onEntry: OnEntry;
  readonly #block: Buffer = Buffer.alloc(blockSize);
  #filled = 0;
  #stage: Stage = { do: "header" };
  #global: PaxRecords = noRecords;
  #records: PaxRecords = noRecords;
  #longName: string | undefined;
  #longLink: string | undefined;

  constructor(onEntry: OnEntry) {
    this.#onEntry = onEntry;
  }

  /** Throws ImageError `bad-archive`, `too-large`. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && this.#stage.do !== "end";) {
      const stage = this.#stage;
      if (stage.do === "header" || stage.do === "holes") at = this.#take(chunk, at, stage);
      else at = this.#pass(chunk, at, stage);
    }
  }

  /** Jumps over the content that comes next, for who can, and says how many bytes: `push` goes on behind them. */
  skip(): number {
    const stage = this.#stage;
    if (stage.do !== "content") return 0;
    this.#stage = { do: "header" };
    return stage.left + stage.padding;
  }

  /** The stream is over. Throws ImageError `bad-archive` if it ended in the middle of something. */
  end(): void {
    // Many archivers leave out the blocks of zeros at the end.
    if (this.#stage.do === "end" || (this.#stage.do === "header" && this.#filled === 0)) return;
    throw new ImageError("bad-archive", "the tar archive ends too early: it was cut off");
  }

  /** A block is whole before it is looked at; mostly it lies whole in the chunk and is not copied. */
  #take(chunk: Buffer, at: number, stage: Extract<Stage, { do: "header" | "holes" }>): number {
    if (this.#filled === 0 && chunk.length - at >= blockSize) {
      this.#onBlock(chunk.subarray(at, at + blockSize), stage);
      return at + blockSize;
    }
    const copied = chunk.copy(this.#block, this.#filled, at, Math.min(chunk.length, at + blockSize - this.#filled));
    this.#filled += copied;
    if (this.#filled === blockSize) {
      this.#filled = 0;
      this.#onBlock(this.#block, stage);
    }
    return at + copied;
  }

  #onBlock(block: Buffer, stage: Extract<Stage, { do: "header" | "holes" }>): void {
    if (stage.do === "holes") {
      // Its last byte but seven says whether one more follows.
      if (block[504] === 0) this.#begin(stage.header);
      return;
    }
    const header = parseHeader(block);
    if (header === undefined) this.#stage = { do: "end" };
    else if (header.sparse?.continues === true) this.#stage = { do: "holes", header };
    else this.#begin(header);
  }

  #begin(header: TarHeader): void {
    const { type } = header;
    if (type === "x" || type === "g" || type === "L" || type === "K") {
      if (header.size > extendedLimit)
        throw new ImageError("too-large", `an extended tar header has ${header.size} bytes`);
      this.#stage = { do: "extended", type, pieces: [], left: header.size, padding: paddingOf(header.size) };
      if (header.size === 0) this.#endExtended(type, []);
      return;
    }
    const entry = this.#entry(header);
    this.#records = noRecords;
    this.#longName = this.#longLink = undefined;
    // Links and devices have no content, whatever their size says (POSIX lets a hard link have one; no image does).
    const size = types[type] === "file" || types[type] === undefined ? this.#storedSize : 0;
    const wanted = entry === undefined ? undefined : this.#onEntry(entry);
    const sink = entry?.isSparse === true ? undefined : wanted;
    if (size === 0) sink?.end();
    else this.#stage = { do: "content", sink, left: size, padding: paddingOf(size) };
    if (size === 0) this.#stage = { do: "header" };
  }

  #storedSize = 0;

  /** undefined for a kind of entry that is none: an archiver's label, a volume's continuation. */
  #entry(header: TarHeader): TarEntry | undefined {
    const records = this.#global.size === 0 ? this.#records : new Map([...this.#global, ...this.#records]);
    this.#storedSize = paxNumber(records, "size") ?? header.size;
    const type = types[header.type];
    if (type === undefined) return undefined;
    const path = paxText(records, "GNU.sparse.name") ?? paxText(records, "path") ?? this.#longName ?? header.name;
    const realSize = paxNumber(records, "GNU.sparse.realsize") ?? paxNumber(records, "GNU.sparse.size");
    return {
      path,
      // Before ustar a folder was a file whose name ends so.
      type: type === "file" && path.endsWith("/") ? "directory" : type,
      size: type === "file" ? (realSize ?? header.sparse?.size ?? this.#storedSize) : 0,
      mode: header.mode,
      uid: paxNumber(records, "uid") ?? header.uid,
      gid: paxNumber(records, "gid") ?? header.gid,
      isSparse: type === "file" && (header.sparse !== undefined || realSize !== undefined),
      link: paxText(records, "linkpath") ?? this.#longLink ?? header.link,
      hasCapabilities: records.has("SCHILY.xattr.security.capability"),
    };
  }

  /** Contents and their padding up to the next header. */
  #pass(chunk: Buffer, at: number, stage: Extract<Stage, { do: "extended" | "content" }>): number {
    if (stage.left > 0) {
      const end = Math.min(chunk.length, at + stage.left);
      const piece = chunk.subarray(at, end);
      // A later chunk may lie in the same memory.
      if (stage.do === "extended") stage.pieces.push(Buffer.from(piece));
      else stage.sink?.write(piece);
      stage.left -= piece.length;
      if (stage.left === 0) this.#endContent(stage);
      return end;
    }
    const end = Math.min(chunk.length, at + stage.padding);
    stage.padding -= end - at;
    if (stage.padding === 0) this.#stage = { do: "header" };
    return end;
  }

  #endContent(stage: Extract<Stage, { do: "extended" | "content" }>): void {
    if (stage.do === "extended") this.#endExtended(stage.type, stage.pieces);
    else stage.sink?.end();
    if (stage.padding === 0) this.#stage = { do: "header" };
  }

  #endExtended(type: string, pieces: readonly Buffer[]): void {
    const data = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    const name = (): string => data.toString("utf8", 0, data.includes(0) ? data.indexOf(0) : undefined);
    if (type === "x") this.#records = parsePax(data);
    else if (type === "g") this.#global = new Map([...this.#global, ...parsePax(data)]);
    else if (type === "L") this.#longName = name();
    else this.#longLink = name();
    if (pieces.length === 0) this.#stage = { do: "header" };
  }
}

function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}
