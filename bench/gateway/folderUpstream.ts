import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

/** An upstream that holds exactly what warm servers hold, so that one which asks there after all (for a list) learns nothing new. */
export class FolderUpstream implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  static async start(folder: string): Promise<FolderUpstream> {
    const server = createServer(({ url = "/" }, response) => {
      const path = url.replaceAll("%21", "!");
      const file = join(folder, path);
      if (path.includes("/@v/") && !path.includes("..") && existsSync(file)) createReadStream(file).pipe(response);
      else response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("not found\n");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FolderUpstream(server);
  }

  private constructor(server: Server) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the folder upstream has no port");
    this.url = `http://127.0.0.1:${address.port}`;
    this.#server = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
