// Pages of other rooms, answered on the gateway's own address. The gateway knows nothing of what they do: it hands over
// requests below a prefix, bounded, and sends back what it gets.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "../storage/database.ts";
import { GatewayError } from "./gatewayError.ts";

/** Workers are processes: a page comes to them as the module that makes it, and as data. */
export interface PageModule {
  /** "/approve/" */
  readonly prefix: string;
  /** The URL of a module that exports `createPage: CreatePage`. */
  readonly module: string;
  /** What createPage is called with; plain data. Secrets may be among it. */
  readonly settings: unknown;
}

export type CreatePage = (settings: unknown, database: Database) => Page;
export type Page = (request: PageRequest) => Promise<PageReply>;

export interface PageRequest {
  /** GET, HEAD or POST. */
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly target: string;
  /** Of a POST. */
  readonly body: string;
}

export interface PageReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Forms are small. */
const bodyLimit = 64 * 1024;

export class Pages {
  readonly #pages: readonly (readonly [prefix: string, page: Page])[];

  static async load(modules: readonly PageModule[], database: Database): Promise<Pages> {
    const load = async ({ prefix, module, settings }: PageModule): Promise<readonly [string, Page]> => {
      const loaded: { readonly createPage: CreatePage } = await import(module);
      return [prefix, loaded.createPage(settings, database)];
    };
    return new Pages(await Promise.all(modules.map(load)));
  }

  private constructor(pages: readonly (readonly [string, Page])[]) {
    this.#pages = pages;
  }

  find(target: string): Page | undefined {
    return this.#pages.find(([prefix]) => target.startsWith(prefix))?.[1];
  }
}

/** Answers by a page; resolves to what left. Throws GatewayError. */
export async function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: Page,
): Promise<{ status: number; bytes: number }> {
  const { method = "", url: target = "" } = request;
  if (!["GET", "HEAD", "POST"].includes(method))
    throw new GatewayError("method-not-allowed", `method ${method.slice(0, 20)} is not allowed here`);
  const { status, headers, body } = await page({ method, target, body: method === "POST" ? await read(request) : "" });
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  response.end(method === "HEAD" ? undefined : bytes);
  return { status, bytes: method === "HEAD" ? 0 : bytes.length };
}

/** What is too large is read to its end and thrown away: a client that is cut while it sends sees no answer. */
async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    length += chunk.length;
    if (length <= bodyLimit) chunks.push(chunk);
    else if (length > 16 * bodyLimit) break;
  }
  if (length > bodyLimit) throw new GatewayError("bad-request", "the form is too large");
  return Buffer.concat(chunks).toString("utf8");
}
