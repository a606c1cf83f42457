import type { IncomingMessage } from "node:http";
import { parseRange } from "./range.ts";

/** What there is to answer with. */
export interface Answerable {
  /** Bytes of the whole. */
  readonly size: number;
  readonly etag: string;
  /** The Cache-Control header. */
  readonly control: string;
  /** As writeHead takes them; Content-Length is that of the whole. */
  readonly headers: string[];
  /** Whether a part of it may be asked for. */
  readonly hasRanges: boolean;
}

/** A status, a head, and which bytes follow: none where `start` is `end`. */
export interface Plan {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: string[];
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** What a GET or HEAD is answered with, by its conditions and its range. Source: RFC 9110 §13 and §14. */
export function planAnswer({ method, headers }: IncomingMessage, answer: Answerable): Plan {
  const { size, etag, control, hasRanges } = answer;
  const condition = headers["if-none-match"];
  if (condition !== undefined && matches(condition, etag)) {
    return { status: 304, headers: ["ETag", etag, "Cache-Control", control], start: 0, end: 0 };
  }
  if (method === "HEAD") return { status: 200, headers: answer.headers, start: 0, end: 0 };
  const range =
    hasRanges && headers.range !== undefined && parseRange(headers.range, one(headers["if-range"]), size, etag);
  if (range === "unsatisfiable") {
    return { status: 416, headers: ["Content-Range", `bytes */${size}`, "Content-Length", "0"], start: 0, end: 0 };
  }
  if (range === undefined || range === false) return { status: 200, headers: answer.headers, start: 0, end: size };
  const { start, end } = range;
  const changed = [...answer.headers, "Content-Range", `bytes ${start}-${end - 1}/${size}`];
  changed[changed.indexOf("Content-Length") + 1] = String(end - start);
  return { status: 206, headers: changed, start, end };
}

/** If-None-Match: a list of tags, or `*`. Compared weakly (RFC 9110 §13.1.2). */
function matches(header: string, etag: string): boolean {
  return header === "*" || header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

function one(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
