// What a service has for a client, before a byte of it is written.

import type { FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Outcome } from "./metrics.ts";
import type { Part } from "./part.ts";
import type { Ready } from "./ready.ts";
import { sendFile, sendPart, sendReady, type Written } from "./respond.ts";

export type Reply = { readonly outcome: Outcome } & (
  | { readonly type: "ready"; readonly ready: Ready }
  /** A zip on disk, larger than what is kept in memory. */
  | { readonly type: "file"; readonly handle: FileHandle; readonly size: number; readonly etag: string }
  /** A zip that is still arriving. */
  | { readonly type: "part"; readonly part: Part; readonly handle: FileHandle }
);

export interface Sent {
  readonly status: number;
  /** Bytes of body. */
  readonly bytes: number;
  readonly outcome: Outcome;
}

/** Sends a reply; resolves when its last byte has been handed to the kernel, or the client has gone. */
export async function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<Sent> {
  const { status, bytes, cut } = await write(request, response, reply);
  return { status, bytes, outcome: cut === true ? "cut" : status === 304 ? "not-modified" : reply.outcome };
}

async function write(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<Written> {
  switch (reply.type) {
    case "ready":
      return sendReady(request, response, reply.ready);
    case "file":
      return sendFile(request, response, reply.handle, reply.size, reply.etag);
    case "part":
      return sendPart(request, response, reply.part, reply.handle);
  }
}
