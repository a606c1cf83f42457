import { once } from "node:events";
import { createServer as createProxy, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { Authority } from "./authority.ts";
import { TempDir } from "./tempDir.ts";

export type Host = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

/**
 * HTTPS hosts with names that exist nowhere else, all behind an HTTP proxy: module paths can't name a port, and nobody's
 * name service has to be changed. A client with `env` set finds them, and trusts their authority.
 */
export class MadeUpHosts implements AsyncDisposable {
  readonly #folder: TempDir;
  readonly #hosts: Server;
  readonly #proxy: Server;
  /** The certificate of the authority. */
  readonly authority: string;

  static async start(hosts: Readonly<Record<string, Host>>): Promise<MadeUpHosts> {
    const folder = await TempDir.create("hosts");
    const names = Object.keys(hosts);
    const authority = await Authority.create(folder.path, "authority");
    const server = createServer(await authority.certify("hosts", names.map((name) => `DNS:${name}`).join(",")));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? "/", `https://${request.headers.host ?? ""}`);
      const host = hosts[url.hostname];
      if (host === undefined) response.writeHead(421).end();
      else host(request, response, url);
    });
    const proxy = createProxy((_, response) => response.writeHead(400).end());
    proxy.on("connect", (request, socket, head) => {
      const [name = "", port] = (request.url ?? "").split(":");
      socket.on("error", () => undefined);
      if (!names.includes(name) || port !== "443") {
        socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      const through = connect(portOf(server), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        through.write(head);
        through.pipe(socket).pipe(through);
      });
      through.on("error", () => socket.destroy());
      socket.on("close", () => through.destroy());
      through.on("close", () => socket.destroy());
    });
    for (const each of [server, proxy]) {
      each.listen(0, "127.0.0.1");
      await once(each, "listening");
    }
    return new MadeUpHosts(folder, server, proxy, authority.file);
  }

  private constructor(folder: TempDir, hosts: Server, proxy: Server, authority: string) {
    this.#folder = folder;
    this.#hosts = hosts;
    this.#proxy = proxy;
    this.authority = authority;
  }

  /** For Node, Go and git. */
  get env(): Readonly<Record<string, string>> {
    const proxy = `http://127.0.0.1:${portOf(this.#proxy)}`;
    return {
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      NODE_EXTRA_CA_CERTS: this.authority,
      SSL_CERT_FILE: this.authority,
      GIT_SSL_CAINFO: this.authority,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#proxy, this.#hosts]) {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    }
    await this.#folder[Symbol.asyncDispose]();
  }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
