import { readFile, writeFile } from "node:fs/promises";
import { command, type CommandRun, tryCommand } from "./command.ts";
import type { ContainerHost } from "./containerHost.ts";
import { TempDir } from "./tempDir.ts";

/** The files of somebody who may log in to hosts: key, known hosts and a configuration that names both, and only them. */
export class SshClient implements AsyncDisposable {
  readonly #folder: TempDir;
  /** The line that a host's authorized_keys needs. */
  readonly publicKey: string;

  static async create(): Promise<SshClient> {
    const folder = await TempDir.create("ssh");
    const key = folder.join("id_ed25519");
    await command(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "deployer", "-f", key]);
    const client = new SshClient(folder, await readFile(`${key}.pub`, "utf8"));
    await client.know();
    return client;
  }

  private constructor(folder: TempDir, publicKey: string) {
    this.#folder = folder;
    this.publicKey = publicKey;
  }

  get folder(): string {
    return this.#folder.path;
  }

  /** For `ssh -F`. */
  get config(): string {
    return this.#folder.join("config");
  }

  get key(): string {
    return this.#folder.join("id_ed25519");
  }

  get knownHosts(): string {
    return this.#folder.join("known_hosts");
  }

  /** Writes the configuration with these hosts by name, and known_hosts with their keys of now. */
  async know(...hosts: readonly ContainerHost[]): Promise<void> {
    const lines = await Promise.all(hosts.map((host) => host.knownHost()));
    await writeFile(this.knownHosts, lines.join(""));
    const aliases = hosts.map(
      ({ name, address }) => `Host ${name} ${address}\n  HostName ${address}\n  HostKeyAlias ${address}\n`,
    );
    const all = [
      "Host *",
      "  User root",
      `  IdentityFile ${this.key}`,
      "  IdentitiesOnly yes",
      `  UserKnownHostsFile ${this.knownHosts}`,
      "  GlobalKnownHostsFile /dev/null",
      "  StrictHostKeyChecking yes",
      "  BatchMode yes",
      "  ConnectTimeout 10",
    ];
    await writeFile(this.config, `${aliases.join("")}${all.join("\n")}\n`);
  }

  /** Runs a command line on a host by ssh; its failure is a result like another. */
  ssh(host: ContainerHost, line: string): Promise<CommandRun> {
    return tryCommand(["ssh", "-F", this.config, host.address, line]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}
