import type { Readable } from "node:stream";

/** What a stream has said so far, up to a bound. */
export interface Collected {
  readonly text: () => string;
  /** Aborted when more came than the bound: the rest is dropped. */
  readonly overflow: AbortSignal;
}

export function collect(stream: Readable | null, maxBytes: number): Collected {
  const chunks: Buffer[] = [];
  const overflow = new AbortController();
  let size = 0;
  stream?.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else overflow.abort();
  });
  return { text: () => Buffer.concat(chunks).toString("utf8"), overflow: overflow.signal };
}
