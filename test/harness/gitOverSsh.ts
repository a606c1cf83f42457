import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { command } from "./command.ts";
import { freePort } from "./freePort.ts";
import { GitRepository } from "./gitRepository.ts";
import { TempDir } from "./tempDir.ts";

const readyWithin = 30_000;

/** Repositories that are given out by Debian's sshd alone, on a port of loopback, to whoever has one key. */
export class GitOverSsh implements AsyncDisposable {
  readonly #folder: TempDir;
  readonly #child: ChildProcess;
  readonly #port: number;
  #log = "";

  static async start(): Promise<GitOverSsh> {
    const folder = await TempDir.create("gitssh");
    // sshd wants it, whether it uses it or not.
    if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true });
    for (const name of ["host", "client", "stranger"]) await makeKey(folder.join(name));
    await makeKey(folder.join("locked"), "a passphrase");
    const port = await freePort();
    const config = [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${folder.join("host")}`,
      `AuthorizedKeysFile ${folder.join("client.pub")}`,
      `PidFile ${folder.join("pid")}`,
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "UsePAM no",
      "StrictModes no",
      "UseDNS no",
    ];
    await writeFile(folder.join("sshd_config"), `${config.join("\n")}\n`);
    const sshd = ["/usr/sbin/sshd", "-D", "-e", "-f", folder.join("sshd_config")];
    const child = spawn("/usr/bin/setpriv", ["--pdeathsig", "KILL", ...sshd], { stdio: ["ignore", "ignore", "pipe"] });
    const server = new GitOverSsh(folder, child, port);
    try {
      await server.#ready();
      const key = (await readFile(folder.join("host.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
      const strange = (await readFile(folder.join("stranger.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
      await writeFile(folder.join("known_hosts"), `[127.0.0.1]:${port} ${key}\n`);
      await writeFile(folder.join("known_hosts.changed"), `[127.0.0.1]:${port} ${strange}\n`);
      await writeFile(folder.join("known_hosts.empty"), "");
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(folder: TempDir, child: ChildProcess, port: number) {
    this.#folder = folder;
    this.#child = child;
    this.#port = port;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#log = (this.#log + text).slice(-65_536)));
  }

  /** Where repositories are: a rule's `url`. */
  get url(): string {
    return `ssh://${userInfo().username}@127.0.0.1:${this.#port}${this.#folder.join("repositories")}`;
  }

  /** `client` may log in; `stranger` may not; `locked` has a passphrase. */
  key(name: "client" | "stranger" | "locked"): string {
    return this.#folder.join(name);
  }

  /** With the host's key, with another's, with none. */
  knownHosts(kind: "right" | "changed" | "empty"): string {
    return this.#folder.join(kind === "right" ? "known_hosts" : `known_hosts.${kind}`);
  }

  /** What sshd has said. */
  get log(): string {
    return this.#log;
  }

  repository(path: string, modulePath: string): Promise<GitRepository> {
    return GitRepository.create(this.#folder.join("repositories", path), modulePath);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exit = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await exit;
    }
    await this.#folder[Symbol.asyncDispose]();
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + readyWithin;
    while (Date.now() < deadline) {
      if (this.#child.exitCode !== null) throw new Error(`sshd ended at start:\n${this.#log}`);
      const socket = connect(this.#port, "127.0.0.1");
      const isThere = await Promise.race([
        once(socket, "connect").then(() => true),
        once(socket, "error").then(() => false),
      ]).catch(() => false);
      socket.destroy();
      if (isThere) return;
      await sleep(50);
    }
    throw new Error(`sshd does not listen:\n${this.#log}`);
  }
}

function makeKey(path: string, passphrase = ""): Promise<string> {
  return command(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", path]);
}
