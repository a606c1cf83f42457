// Writing answers and error texts. What the bytes are (ready.ts) and which of them a request gets (plan.ts) is known by now.

import type { FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayError } from "./gatewayError.ts";
import { BrokenPartError, readPart, type Part } from "./part.ts";
import { planAnswer } from "./plan.ts";
import { contentType, fileHeaders, immutable, type Ready } from "./ready.ts";

/** What left. */
export interface Written {
  readonly status: number;
  /** Bytes of body. */
  readonly bytes: number;
  /** The connection was cut by us, because no more good bytes would come. */
  readonly cut?: boolean;
}

/** Sends bytes from memory, at once: the kernel and Node's buffer have them when it returns. */
export function sendReady(request: IncomingMessage, response: ServerResponse, ready: Ready): Written {
  const { body, etag, control, headers, text } = ready;
  const hasRanges = ready.kind === "zip";
  const plan = planAnswer(request, { size: body.length, etag, control, headers, hasRanges });
  const { status, start, end } = plan;
  response.writeHead(status, plan.headers);
  const isWhole = end - start === body.length;
  if (start === end) response.end();
  else if (isWhole && text !== undefined) response.end(text, "latin1");
  else response.end(isWhole ? body : body.subarray(start, end));
  return { status, bytes: end - start };
}

/** Sends a zip from an open file, chunk by chunk. Closes the handle. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  handle: FileHandle,
  size: number,
  etag: string,
): Promise<Written> {
  try {
    const headers = fileHeaders("zip", size, etag);
    const plan = planAnswer(request, { size, etag, control: immutable, headers, hasRanges: true });
    response.writeHead(plan.status, plan.headers);
    if (plan.start < plan.end)
      return { status: plan.status, ...(await pump(response, readFile(handle, plan.start, plan.end))) };
    response.end();
    return { status: plan.status, bytes: 0 };
  } finally {
    await handle.close();
  }
}

/** Sends a file that is still arriving. A Range is not honoured (RFC 9110 §14.2 allows that): the whole is sent. */
export async function sendPart(
  request: IncomingMessage,
  response: ServerResponse,
  part: Part,
  handle: FileHandle,
): Promise<Written> {
  const headers = ["Content-Type", contentType("zip"), "Cache-Control", immutable];
  if (part.total !== undefined) headers.push("Content-Length", String(part.total));
  response.writeHead(200, headers);
  if (request.method === "HEAD") {
    await handle.close();
    response.end();
    return { status: 200, bytes: 0 };
  }
  response.flushHeaders();
  return { status: 200, ...(await pump(response, readPart(part, handle))) };
}

/** Sends an error as the go command shows it: text/plain, useful line first, eight lines at most. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: GatewayError,
  id: string,
): Written {
  if (response.headersSent) {
    // Too late for a status: a broken connection is the only way left to say that this is not the whole.
    response.destroy();
    return { status: error.status, bytes: 0 };
  }
  const body = Buffer.from(`${errorText(error.message)}\n(fairlead, request ${id})\n`);
  const headers = [
    "Content-Type",
    "text/plain; charset=utf-8",
    "Content-Length",
    String(body.length),
    "Cache-Control",
    "no-store",
    "X-Request-Id",
    id,
  ];
  // Such a request may have a body, which nobody reads.
  if (error.code === "method-not-allowed") headers.push("Allow", "GET, HEAD", "Connection", "close");
  if (error.retryAfter !== undefined) headers.push("Retry-After", String(error.retryAfter));
  response.writeHead(error.status, headers);
  response.end(request.method === "HEAD" ? undefined : body);
  return { status: error.status, bytes: body.length };
}

/** The go command shows eight lines and 648 bytes, up to the first blank line, and only printable text. */
function errorText(message: string): string {
  const lines = message.split("\n").filter((line) => line.trim() !== "");
  const shown = lines.slice(0, 7).map((line) => (line.length > 300 ? `${line.slice(0, 299)}…` : line));
  return shown.join("\n").replace(/[^\P{C}\n\t]/gu, "?");
}

const chunkSize = 256 * 1024;

async function* readFile(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkSize, Math.max(1, end - start)));
  for (let at = start; at < end;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - at), at);
    // Shorter than it was when opened: cut the answer, so that nobody takes it for whole.
    if (bytesRead === 0) throw new BrokenPartError();
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Writes chunk after chunk, each only when the one before has left: a reader costs one chunk, however slow it is. */
async function pump(
  response: ServerResponse,
  chunks: AsyncGenerator<Buffer>,
): Promise<{ bytes: number; cut: boolean }> {
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      if (!(await written(response, chunk))) return { bytes, cut: false };
      bytes += chunk.length;
    }
    response.end();
    return { bytes, cut: false };
  } catch (error) {
    response.destroy();
    if (!(error instanceof BrokenPartError)) throw error;
    return { bytes, cut: true };
  }
}

/** False if the client has gone. */
function written(response: ServerResponse, chunk: Buffer): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const gone = (): void => resolve(false);
    response.once("close", gone);
    response.write(chunk, (error) => {
      response.removeListener("close", gone);
      resolve(error === null || error === undefined);
    });
  });
}
