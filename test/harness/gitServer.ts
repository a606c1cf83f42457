import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { Authority } from "./authority.ts";
import { answerGit } from "./gitBackend.ts";
import { GitRepository } from "./gitRepository.ts";
import { TempDir } from "./tempDir.ts";

export interface GitServerOptions {
  /** An address of this machine; the server takes port 443 there, since module paths can't name a port. */
  readonly address: string;
  /** `git.corp.example` */
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

/**
 * A company's git server: HTTPS with a certificate of the company's own authority, git's own http-backend, `?go-get=1` as GitLab
 * answers it, and nothing at all without the password.
 */
export class GitServer implements AsyncDisposable {
  /** The authority's certificate, PEM. */
  readonly authority: string;
  readonly #options: GitServerOptions;
  readonly #folder: TempDir;
  readonly #server: Server;

  static async start(options: GitServerOptions): Promise<GitServer> {
    const folder = await TempDir.create("git");
    const authority = await Authority.create(folder.path, "Test authority");
    const server = createServer(await authority.certify("server", `DNS:${options.name}`));
    server.listen(443, options.address);
    await once(server, "listening");
    return new GitServer(options, folder, server, await readFile(authority.file, "utf8"));
  }

  private constructor(options: GitServerOptions, folder: TempDir, server: Server, authority: string) {
    this.#options = options;
    this.#folder = folder;
    this.#server = server;
    this.authority = authority;
    server.on("request", (request, response) => this.#answer(request, response));
  }

  /** A repository `path`, whose module is `<name>/<path>`. */
  repository(path: string): Promise<GitRepository> {
    return GitRepository.create(this.#folder.join("repositories", path), `${this.#options.name}/${path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await this.#folder[Symbol.asyncDispose]();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { name, user, password } = this.#options;
    const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end("who are you?\n");
      return;
    }
    const url = new URL(request.url ?? "/", `https://${name}`);
    if (url.searchParams.has("go-get")) {
      const root = url.pathname.split("/").slice(1, 3).join("/");
      response.writeHead(200, { "content-type": "text/html" });
      response.end(
        `<html><head><meta name="go-import" content="${name}/${root} git https://${name}/${root}"></head></html>\n`,
      );
      return;
    }
    this.#backend(request, response, url);
  }

  #backend(request: IncomingMessage, response: ServerResponse, url: URL): void {
    // A repository with a work tree: what is served is its .git.
    const path = url.pathname.replace(/^(\/[^/]+\/[^/]+)\//, "$1/.git/");
    answerGit(request, response, { root: this.#folder.join("repositories"), path, search: url.search });
  }
}
