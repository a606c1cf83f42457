// What an answer is, before anybody asks for it: its bytes, and the head that goes with them.

import { createHash } from "node:crypto";
import type { Answer } from "./answers.ts";
import type { Route } from "./route.ts";

/** How long a connection may be idle between requests. */
export const keepAliveSeconds = 75;

/** Versions never change: a client may keep them for ever. */
export const immutable = "public, max-age=31536000, immutable";

const contentTypes: Record<string, string> = {
  info: "application/json",
  latest: "application/json",
  query: "application/json",
  mod: "text/plain; charset=utf-8",
  list: "text/plain; charset=utf-8",
  zip: "application/zip",
  "sumdb-tile": "application/octet-stream",
};

/** The media type that each kind of answer has. */
export function contentType(kind: Route["kind"]): string {
  return contentTypes[kind] ?? "text/plain; charset=utf-8";
}

/** An answer whose bytes are all in memory. */
export interface Ready {
  readonly kind: Route["kind"];
  readonly body: Buffer;
  /** A small body once more, a character a byte: Node writes head and string in one piece, but a Buffer beside the head. */
  readonly text: string | undefined;
  readonly etag: string;
  /** The Cache-Control header. */
  readonly control: string;
  /** The head after status line and Date, with the empty line that ends it; as HTTP/1.1 on a connection that stays. */
  readonly rest: string;
  /** As writeHead takes them: name, value, name, value. */
  readonly headers: string[];
  /** Milliseconds since 1970 after which it must not be served from memory. */
  readonly expiresAt: number;
  /** Makes it anew after that, with a head for the moment; undefined where it is over. */
  readonly renew: (() => Ready) | undefined;
}

/** The headers of an immutable file of `size` bytes. */
export function fileHeaders(kind: Route["kind"], size: number, etag: string): string[] {
  const length = String(size);
  const headers = [
    "Content-Type",
    contentType(kind),
    "Content-Length",
    length,
    "Cache-Control",
    immutable,
    "ETag",
    etag,
  ];
  if (kind === "zip") headers.push("Accept-Ranges", "bytes");
  return headers;
}

/** An immutable file. `etag` names the bytes; without one it is made from them. */
export function readyFile(kind: Route["kind"], body: Buffer, etag: string = etagOf(body)): Ready {
  const headers = fileHeaders(kind, body.length, etag);
  return {
    kind,
    body,
    text: textOf(body),
    etag,
    control: immutable,
    headers,
    rest: restOf(headers),
    expiresAt: Infinity,
    renew: undefined,
  };
}

/** How long the head of a changing answer may be sent again: it says how many seconds the answer is still fresh. */
const headForMs = 1000;

/**
 * An answer that changes with time. While it is fresh it may be kept, by us and by the client; later it says how old it
 * is (RFC 9111 §5.1, and Warning as RFC 7234 §5.5 had it).
 */
export function readyAnswer(kind: Route["kind"], answer: Answer, freshForMs: number): Ready {
  const { body, fetchedAt, warning } = answer;
  const now = Date.now();
  const left = warning === undefined ? fetchedAt + freshForMs - now : 0;
  const etag = etagOf(body);
  const control = left > 0 ? `public, max-age=${Math.ceil(left / 1000)}` : "no-cache";
  const length = String(body.length);
  const headers = ["Content-Type", contentType(kind), "Content-Length", length, "Cache-Control", control, "ETag", etag];
  if (left <= 0) headers.push("Age", String(Math.max(0, Math.floor((now - fetchedAt) / 1000))));
  if (warning !== undefined) headers.push("Warning", warning);
  const expiresAt = now + Math.min(left, headForMs);
  const renew = (): Ready => readyAnswer(kind, answer, freshForMs);
  return { kind, body, text: textOf(body), etag, control, headers, rest: restOf(headers), expiresAt, renew };
}

/** A page of the gateway's own, made for this request. */
export function readyPage(kind: Route["kind"], body: Buffer, type: string = contentType(kind)): Ready {
  return {
    kind,
    body,
    text: undefined,
    rest: "",
    etag: etagOf(body),
    control: "no-store",
    headers: ["Content-Type", type, "Content-Length", String(body.length), "Cache-Control", "no-store"],
    expiresAt: 0,
    renew: undefined,
  };
}

/** Larger bodies are not worth a second copy. Bytes. */
const smallBody = 16 * 1024;

function textOf(body: Buffer): string | undefined {
  return body.length <= smallBody ? body.toString("latin1") : undefined;
}

function restOf(headers: readonly string[]): string {
  let rest = "";
  for (let i = 0; i + 1 < headers.length; i += 2) rest += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${rest}Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveSeconds}\r\n\r\n`;
}

function etagOf(body: Buffer): string {
  return `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
}
