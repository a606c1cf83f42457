import { once } from "node:events";
import { createServer, type Server } from "node:http";

/** What a registry knows of its packages: versions, and what each of them says in its package.json. */
export type RegistryPackages = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** A registry of npm's that has documents and no archives: enough for whatever decides about versions. */
export class NpmRegistry implements AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string;
  /** `Bearer …` of each request, in their order; empty where it had none. */
  readonly logins: readonly string[];
  readonly #server: Server;

  static async start(packages: RegistryPackages): Promise<NpmRegistry> {
    const logins: string[] = [];
    const server = createServer((request, response) => {
      logins.push(request.headers.authorization ?? "");
      // It lies at every path at once.
      const name = /(?:@[^/]+\/)?[^/]+$/.exec(decodeURIComponent(request.url ?? ""))?.[0] ?? "";
      const versions = packages[name];
      if (versions === undefined) return void response.writeHead(404).end("{}");
      const numbers = Object.keys(versions);
      const document = {
        name,
        "dist-tags": { latest: numbers.at(-1) },
        versions: Object.fromEntries(
          numbers.map((version) => {
            const tarball = `http://${request.headers.host ?? ""}/${name}/-/it-${version}.tgz`;
            return [version, { name, version, dist: { tarball }, ...versions[version] }];
          }),
        ),
      };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new NpmRegistry(server, logins);
  }

  private constructor(server: Server, logins: readonly string[]) {
    this.#server = server;
    this.logins = logins;
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    this.url = `http://127.0.0.1:${address.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
