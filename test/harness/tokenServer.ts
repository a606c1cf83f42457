import { createSign, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { command } from "./command.ts";
import { TempDir } from "./tempDir.ts";

/** A registry's token server: gives who knows the password a token for what the registry asked for, and nobody else. */
export class TokenServer implements AsyncDisposable {
  /** As Registry.start takes it. */
  readonly settings: Readonly<Record<"realm" | "service" | "issuer" | "rootcertbundle", string>>;
  /** A refresh token that it knows. */
  readonly refreshToken: string = randomUUID();
  readonly #server: Server;
  readonly #folder: TempDir;

  static async start(user: { readonly name: string; readonly password: string }): Promise<TokenServer> {
    const folder = await TempDir.create("tokens");
    const key = folder.join("key.pem");
    const certificate = folder.join("certificate.pem");
    const subject = ["-subj", "/CN=tests", "-days", "2", "-nodes", "-newkey", "rsa:2048"];
    await command(["openssl", "req", "-x509", ...subject, "-keyout", key, "-out", certificate]);
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the token server has no port");
    return new TokenServer(server, folder, `http://127.0.0.1:${address.port}/token`, user);
  }

  private constructor(
    server: Server,
    folder: TempDir,
    realm: string,
    user: { readonly name: string; readonly password: string },
  ) {
    this.#server = server;
    this.#folder = folder;
    this.settings = { realm, service: "tests", issuer: "tests", rootcertbundle: folder.join("certificate.pem") };
    const basic = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;
    server.on("request", (request, response) => void this.#answer(request, response, basic));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
    await this.#folder[Symbol.asyncDispose]();
  }

  async #answer(request: IncomingMessage, response: ServerResponse, basic: string): Promise<void> {
    const isPost = request.method === "POST";
    const asked = isPost
      ? new URLSearchParams(await text(request))
      : new URL(request.url ?? "", this.settings.realm).searchParams;
    const known = isPost ? asked.get("refresh_token") === this.refreshToken : request.headers.authorization === basic;
    if (!known) {
      response.writeHead(401).end();
      return;
    }
    const [type = "", name = "", actions = ""] = (asked.get("scope") ?? "").split(":");
    const token = await this.#sign(type === "" ? [] : [{ type, name, actions: actions.split(",") }]);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(isPost ? { access_token: token } : { token }));
  }

  async #sign(access: readonly object[]): Promise<string> {
    const pem = await readFile(this.#folder.join("certificate.pem"), "utf8");
    const header = { typ: "JWT", alg: "RS256", x5c: [pem.replaceAll(/-----[A-Z ]+-----|\s/g, "")] };
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: "tests",
      sub: "tests",
      aud: "tests",
      nbf: now - 10,
      iat: now,
      exp: now + 300,
      jti: randomUUID(),
      access,
    };
    const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    const signature = createSign("RSA-SHA256")
      .update(content)
      .sign(await readFile(this.#folder.join("key.pem"), "utf8"));
    return `${content}.${signature.toString("base64url")}`;
  }
}
