// The refs of a repository by git's own protocol over HTTP, on a connection that may be open already: one question where
// `git ls-remote` is two processes, a handshake and two questions. Of what is not plainly an answer nothing is made here: git asks
// again, and says what is wrong.
//
// Source: gitprotocol-v2(5), ls-refs; gitprotocol-http(5).

import { type Dispatcher, request } from "undici";
import { basicOf, loginFor, type Reach } from "./gitAccess.ts";

const question = Buffer.from(
  `${packet("command=ls-refs\n")}${packet("agent=fairlead\n")}0001${packet("peel\n")}${[
    "HEAD",
    "refs/heads/",
    "refs/tags/",
  ]
    .map((prefix) => packet(`ref-prefix ${prefix}\n`))
    .join("")}0000`,
);
const resultType = "application/x-git-upload-pack-result";

/** `hash name`, and for an annotated tag what it is of. */
const row = /^([0-9a-f]{40}|[0-9a-f]{64}) (HEAD|refs\/[^\s]+)((?: [a-z-]+:[^\s]+)*)\n?$/;

export interface LsRefsLimits {
  readonly dispatcher: Dispatcher;
  readonly timeoutMs: number;
  /** Bytes of the answer. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** What `git ls-remote` would print of HEAD, branches and tags; undefined where the host does not answer just so. */
export async function lsRefs(at: Reach, limits: LsRefsLimits): Promise<string | undefined> {
  const url = URL.parse(`${at.url}/git-upload-pack`);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const { dispatcher, timeoutMs, limit, signal } = limits;
  try {
    const login = await loginFor(url, at.rule);
    const basic = login && basicOf(login);
    const { statusCode, headers, body } = await request(url, {
      method: "POST",
      dispatcher,
      headers: {
        "content-type": "application/x-git-upload-pack-request",
        accept: resultType,
        "git-protocol": "version=2",
        "user-agent": "git/2 (Fairlead)",
        ...(basic === undefined ? {} : { authorization: basic }),
      },
      body: question,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    body.on("error", () => undefined);
    if (statusCode !== 200 || headers["content-type"] !== resultType) {
      body.destroy();
      return undefined;
    }
    return await readRefs(body, limit);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function readRefs(body: AsyncIterable<Uint8Array>, limit: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    if ((length += chunk.length) > limit) return undefined;
  }
  return parseLsRefs(Buffer.concat(chunks));
}

/** The lines of `git ls-remote`; undefined for what is no whole answer. */
export function parseLsRefs(answer: Buffer): string | undefined {
  const lines: string[] = [];
  for (let at = 0; at + 4 <= answer.length;) {
    const size = answer.toString("latin1", at, at + 4);
    // The end, which must be the end.
    if (size === "0000") return at + 4 === answer.length ? lines.join("") : undefined;
    const length = /^[0-9a-f]{4}$/.test(size) ? Number.parseInt(size, 16) : 0;
    if (length <= 4 || at + length > answer.length) return undefined;
    const [, hash, name, attributes = ""] = row.exec(answer.toString("utf8", at + 4, at + length)) ?? [];
    if (hash === undefined || name === undefined) return undefined;
    lines.push(`${hash}\t${name}\n`);
    const peeled = / peeled:([0-9a-f]+)/.exec(attributes)?.[1];
    if (peeled !== undefined) lines.push(`${peeled}\t${name}^{}\n`);
    at += length;
  }
  return undefined;
}

/** gitprotocol-common(5), pkt-line. */
function packet(text: string): string {
  return (text.length + 4).toString(16).padStart(4, "0") + text;
}
