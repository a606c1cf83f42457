import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { command } from "./command.ts";
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
    const file = (name: string): string => folder.join(name);
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2"];
    await command([
      "openssl",
      "req",
      "-x509",
      ...key,
      "-keyout",
      file("ca.key"),
      "-out",
      file("ca.crt"),
      "-subj",
      "/CN=Test authority",
    ]);
    const authority = ["-CA", file("ca.crt"), "-CAkey", file("ca.key")];
    const own = [
      "-subj",
      `/CN=${options.name}`,
      "-addext",
      `subjectAltName=DNS:${options.name}`,
      "-addext",
      "basicConstraints=critical,CA:FALSE",
    ];
    await command([
      "openssl",
      "req",
      "-x509",
      ...key,
      ...authority,
      ...own,
      "-keyout",
      file("key"),
      "-out",
      file("crt"),
    ]);
    const server = createServer({ key: await readFile(file("key")), cert: await readFile(file("crt")) });
    server.listen(443, options.address);
    await once(server, "listening");
    return new GitServer(options, folder, server, await readFile(file("ca.crt"), "utf8"));
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

  /** git-http-backend(1), by CGI. */
  #backend(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const { headers } = request;
    // A repository with a work tree: what is served is its .git.
    const path = url.pathname.replace(/^(\/[^/]+\/[^/]+)\//, "$1/.git/");
    const child = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env["PATH"],
        GIT_PROJECT_ROOT: this.#folder.join("repositories"),
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: path,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: headers["content-type"],
        HTTP_CONTENT_ENCODING: headers["content-encoding"],
        GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
        REMOTE_USER: this.#options.user,
      },
      stdio: ["pipe", "pipe", "ignore"],
    });
    child.stdin.on("error", () => undefined);
    request.pipe(child.stdin);
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.on("close", () => {
      const whole = Buffer.concat(parts);
      const end = whole.indexOf("\r\n\r\n");
      const lines = whole.subarray(0, Math.max(0, end)).toString("latin1").split("\r\n");
      const fields = lines.map((line) => line.split(": ", 2)).filter(([name]) => name !== "Status" && name !== "");
      const status = Number(/^Status: (\d+)/m.exec(lines.join("\n"))?.[1] ?? 200);
      response.writeHead(end < 0 ? 500 : status, Object.fromEntries(fields)).end(whole.subarray(end + 4));
    });
  }
}
