// One request to a registry or to its token server, bounded in time and size.

import { RegistryError } from "./registryError.ts";

/** Milliseconds for one request. */
export const timeout = 20_000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Follows redirects (some registries keep manifests elsewhere); the login stays with the host that it was meant for. */
export async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  sizeLimit: number,
  asked: string,
  limit: AbortSignal,
): Promise<Answer> {
  const answer = await follow(url, headers, asked, AbortSignal.any([limit, AbortSignal.timeout(timeout)]));
  try {
    return { status: answer.status, headers: answer.headers, body: await bounded(answer, sizeLimit, asked) };
  } catch (error) {
    if (error instanceof RegistryError) throw error;
    throw unreachable(asked, error);
  }
}

/** The same with the body still to be read: a layer's. */
export async function follow(
  url: URL,
  headers: Readonly<Record<string, string>>,
  asked: string,
  signal: AbortSignal,
): Promise<Response> {
  let target = url;
  const sent = new Headers({ ...headers, "user-agent": "Fairlead" });
  for (let hop = 0; hop < 4; hop++) {
    try {
      const answer = await fetch(target, { headers: sent, redirect: "manual", signal });
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
      await answer.body?.cancel();
      const next = new URL(location, target);
      if (next.protocol !== "http:" && next.protocol !== "https:")
        throw new RegistryError("bad-answer", `${asked}: it redirects to ${next.protocol}, which is not followed`);
      if (target.protocol === "https:" && next.protocol !== "https:")
        throw new RegistryError("bad-answer", `${asked}: it redirects to plain HTTP, which is not followed`);
      if (next.host !== target.host) sent.delete("authorization");
      target = next;
    } catch (error) {
      if (error instanceof RegistryError) throw error;
      throw unreachable(asked, error);
    }
  }
  throw new RegistryError("bad-answer", `${asked}: too many redirects`);
}

export async function bounded(answer: Response, sizeLimit: number, asked: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > sizeLimit)
      throw new RegistryError("too-large", `${asked}: the answer is larger than ${sizeLimit >> 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function unreachable(asked: string, error: unknown): RegistryError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const said = cause instanceof Error ? cause.message : String(cause);
  const advice = /WRONG_VERSION_NUMBER|packet length too long/i.test(`${code} ${said}`)
    ? "; it speaks plain HTTP: set registry.insecure if that is meant"
    : /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/i.test(code)
      ? "; its certificate is not trusted here (NODE_EXTRA_CA_CERTS names more authorities)"
      : "";
  return new RegistryError("unreachable", `${asked}: ${said === "" ? code : said}${advice}`, { cause: error });
}

/** As docker has it: what can't leave the machine needs no encryption. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
