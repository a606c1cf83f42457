import type { ServerResponse } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** What a server has to say: a whole answer as it should be. */
export interface GoodAnswer {
  readonly contentType: string;
  readonly body: Buffer;
}

/** How an upstream goes wrong. Bytes count from the start of the body. */
export type Fault =
  /** The connection breaks after so many bytes; `beforeHeaders` not even a status comes. */
  | { readonly kind: "cut"; readonly atByte: number | "beforeHeaders" }
  /** Silence after so many bytes; what is left follows once `until` resolves. */
  | { readonly kind: "stall"; readonly atByte: number | "beforeHeaders"; readonly until?: Promise<unknown> }
  | { readonly kind: "slow"; readonly bytesPerSecond: number }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** 200, with a body of one's own: a web page, garbage, half a zip, another version's .info. */
  | { readonly kind: "body"; readonly body: Buffer; readonly contentType?: string }
  /** The right body under a wrong Content-Length: `off` is added to the right one. */
  | { readonly kind: "length"; readonly off: number }
  /** 200 and bytes without end, under this Content-Length or under none. */
  | { readonly kind: "endless"; readonly length?: number; readonly encoding?: string }
  | { readonly kind: "redirect"; readonly to: string }
  /** The right body, in chunks of unknown sum. */
  | { readonly kind: "chunked" };

/** Answers with the fault; without one, as it should be. */
export async function answerWith(
  response: ServerResponse,
  good: GoodAnswer | undefined,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.kind === "status") {
    response.writeHead(fault.status, { "content-type": "text/plain; charset=utf-8", ...fault.headers });
    response.end(fault.body ?? "");
  } else if (fault?.kind === "redirect") {
    response.writeHead(302, { location: fault.to }).end();
  } else if (fault?.kind === "body") {
    sendWhole(response, { contentType: fault.contentType ?? good?.contentType ?? "text/plain", body: fault.body });
  } else if (fault?.kind === "endless") {
    await sendEndless(response, fault);
  } else if (good === undefined) {
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("not found: no such module here\n");
  } else {
    await sendFaulty(response, good, fault);
  }
}

async function sendFaulty(response: ServerResponse, good: GoodAnswer, fault: GoodFault): Promise<void> {
  const { body, contentType } = good;
  switch (fault?.kind) {
    case "cut":
      if (fault.atByte === "beforeHeaders") {
        response.destroy();
        return;
      }
      writeHead(response, good);
      response.write(body.subarray(0, fault.atByte), () => response.destroy());
      return;
    case "stall":
      if (fault.atByte === "beforeHeaders") {
        await waitOn(response, fault.until);
        sendWhole(response, good);
        return;
      }
      writeHead(response, good);
      response.write(body.subarray(0, fault.atByte));
      await waitOn(response, fault.until);
      response.end(body.subarray(fault.atByte));
      return;
    case "slow":
      writeHead(response, good);
      await drip(response, body, fault.bytesPerSecond);
      return;
    case "length":
      response.writeHead(200, { "content-type": contentType, "content-length": String(body.length + fault.off) });
      response.write(body, () => response.destroy());
      return;
    case "chunked":
      response.writeHead(200, { "content-type": contentType });
      response.end(body);
      return;
    case undefined:
      sendWhole(response, good);
  }
}

async function sendEndless(
  response: ServerResponse,
  { length, encoding }: Extract<Fault, { readonly kind: "endless" }>,
): Promise<void> {
  const headers: Record<string, string> = { "content-type": "application/zip" };
  if (length !== undefined) headers["content-length"] = String(length);
  if (encoding !== undefined) headers["content-encoding"] = encoding;
  response.writeHead(200, headers);
  const chunk = Buffer.alloc(64 * 1024, "endless ");
  while (!response.destroyed) {
    if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
}

type GoodFault = Exclude<Fault, { readonly kind: "status" | "redirect" | "body" | "endless" }> | undefined;

function writeHead(response: ServerResponse, { body, contentType }: GoodAnswer): void {
  response.writeHead(200, { "content-type": contentType, "content-length": String(body.length) });
  response.flushHeaders();
}

function sendWhole(response: ServerResponse, good: GoodAnswer): void {
  writeHead(response, good);
  response.end(good.body);
}

/** Resolves with `until` or when the other side has gone, so that a server with stalled answers can be closed. */
async function waitOn(response: ServerResponse, until: Promise<unknown> | undefined): Promise<void> {
  const gone = new Promise<void>((resolve) => response.once("close", resolve));
  await Promise.race(until === undefined ? [gone] : [gone, until]);
}

const ticksPerSecond = 20;

async function drip(response: ServerResponse, body: Buffer, bytesPerSecond: number): Promise<void> {
  const step = Math.max(1, Math.floor(bytesPerSecond / ticksPerSecond));
  for (let at = 0; at < body.length && !response.destroyed; at += step) {
    response.write(body.subarray(at, at + step));
    await sleep(1000 / ticksPerSecond);
  }
  response.end();
}
