import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { command } from "./command.ts";
import { exchange } from "./exchange.ts";
import { freePort } from "./freePort.ts";
import type { Lan } from "./lan.ts";
import type { Need } from "./require.ts";
import { TempDir } from "./tempDir.ts";

export interface RegistryOptions {
  /** Without one anybody may pull and push. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Tokens in place of the password: lines of YAML below `auth:` `token:`. */
  readonly token?: Readonly<Record<"realm" | "service" | "issuer" | "rootcertbundle", string>>;
  /** It listens there instead of on 127.0.0.1, so that hosts reach it by the same name. */
  readonly lan?: Lan;
}

const readyWithin = 20_000;

/** Debian's docker-registry over plain HTTP, with its images in a folder of its own. */
export class Registry implements AsyncDisposable {
  static readonly needs: readonly Need[] = ["docker-registry"];

  /** As it stands before the repository in an image's name: "127.0.0.1:40001". */
  readonly host: string;
  readonly #folder: TempDir;
  #child: ChildProcess | undefined;
  #log = "";

  static async start(options: RegistryOptions = {}): Promise<Registry> {
    const folder = await TempDir.create("registry");
    const registry = new Registry(`${options.lan?.address ?? "127.0.0.1"}:${await freePort()}`, folder);
    try {
      await registry.#configure(options);
      await registry.start();
      return registry;
    } catch (error) {
      await registry[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(host: string, folder: TempDir) {
    this.host = host;
    this.#folder = folder;
  }

  /** What it wrote lately: its access log is among it. */
  get log(): string {
    return this.#log;
  }

  /** Starts it again, with the images it had. */
  async start(): Promise<void> {
    // With its leash it ends with the test run, even with one that is killed in the middle.
    const args = ["--pdeathsig", "KILL", "/usr/bin/docker-registry", "serve", this.#folder.join("config.yml")];
    const child = spawn("/usr/bin/setpriv", args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.#log = (this.#log + text).slice(-(1 << 20))));
    }
    this.#child = child;
    const deadline = Date.now() + readyWithin;
    while (Date.now() < deadline && child.exitCode === null) {
      const answer = await exchange(`http://${this.host}`, "/v2/", { timeout: 2000 }).catch(() => undefined);
      if (answer !== undefined) return;
      await sleep(50);
    }
    throw new Error(`the registry did not answer on ${this.host}:\n${this.#log.slice(-4000)}`);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#folder[Symbol.asyncDispose]();
  }

  async #configure({ user, token }: RegistryOptions): Promise<void> {
    const auth: string[] = [];
    if (user !== undefined) {
      const file = this.#folder.join("htpasswd");
      await writeFile(file, `${user.name}:${await bcrypt(user.password)}\n`, { mode: 0o600 });
      auth.push("auth:", "  htpasswd:", "    realm: tests", `    path: ${file}`);
    } else if (token !== undefined) {
      auth.push("auth:", "  token:", ...Object.entries(token).map(([key, value]) => `    ${key}: ${value}`));
    }
    const lines = [
      "version: 0.1",
      "log: { level: info }",
      "storage:",
      `  filesystem: { rootdirectory: ${this.#folder.join("data")} }`,
      "  delete: { enabled: true }",
      "http:",
      `  addr: ${this.host}`,
      `  secret: ${crypto.randomUUID()}`,
      ...auth,
    ];
    await writeFile(this.#folder.join("config.yml"), `${lines.join("\n")}\n`);
  }
}

/** The registry takes bcrypt alone, which Node has not; the C library's crypt(3) has it, and Perl is on every Debian. */
async function bcrypt(password: string): Promise<string> {
  const salt = `$2b$05$${crypto.randomUUID().replaceAll("-", "").slice(0, 22)}`;
  const hash = await command(["/usr/bin/perl", "-e", "my $p = <STDIN>; print crypt($p, $ARGV[0])", salt], {
    input: password,
  });
  if (!hash.startsWith("$2b$")) throw new Error("this machine's crypt(3) knows no bcrypt");
  return hash;
}
