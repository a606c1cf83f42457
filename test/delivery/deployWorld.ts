import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as z from "zod";
import type { CommandRun } from "../harness/command.ts";
import { ContainerHost, type HostEngine } from "../harness/containerHost.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { imageNeeds } from "../harness/images.ts";
import { Lan } from "../harness/lan.ts";
import { Registry } from "../harness/registry.ts";
import type { Need } from "../harness/require.ts";
import { buildShop, loadShop, shopPort, type ShopRelease } from "../harness/shop.ts";
import { SshClient } from "../harness/sshClient.ts";
import { TempDir } from "../harness/tempDir.ts";

/** A shipped image, by digest. */
export interface Shipped {
  readonly tag: string;
  readonly digest: string;
}

const statusShape = z.object({ hosts: z.array(z.object({ digest: z.string() })) });
const launcher = resolve(import.meta.dirname, "../../bin/fairlead");
const user = { name: "ci", password: "pass: word$1" };

/**
 * A team's world: a registry with a password, two hosts, a project folder with its fairlead.yaml, and images of the shop
 * that behave well or badly.
 */
export class DeployWorld implements AsyncDisposable {
  static readonly needs: readonly Need[] = [
    ...ContainerHost.needs,
    ...Registry.needs,
    ...DockerEngine.needs,
    ...imageNeeds.filter((need) => need !== "debootstrap"),
  ];

  readonly registry: Registry;
  readonly client: SshClient;
  readonly hosts: readonly ContainerHost[];
  readonly #folder: TempDir;
  readonly #engine: DockerEngine;
  readonly #stack: AsyncDisposableStack;
  #program: Buffer | undefined;
  #version = 0;

  static async start(
    hostNames: readonly string[] = ["web1", "web2"],
    hostEngine: HostEngine = "docker",
  ): Promise<DeployWorld> {
    const stack = new AsyncDisposableStack();
    try {
      const lan = stack.use(await Lan.start());
      const client = stack.use(await SshClient.create());
      const registry = stack.use(await Registry.start({ lan, user }));
      const engine = stack.use(await DockerEngine.start({ lan }));
      const hosts: ContainerHost[] = [];
      for (const name of hostNames) {
        const options = { lan, name, authorizedKey: client.publicKey, engine: hostEngine };
        hosts.push(stack.use(await ContainerHost.start(options)));
      }
      await client.know(...hosts);
      const folder = stack.use(await TempDir.create("deploy"));
      const login = ["login", "--username", user.name, "--password-stdin", registry.host];
      await engine.docker(login, { input: user.password });
      return new DeployWorld({ registry, client, hosts, folder, engine, stack });
    } catch (error) {
      await stack.disposeAsync();
      throw error;
    }
  }

  private constructor(parts: {
    readonly registry: Registry;
    readonly client: SshClient;
    readonly hosts: readonly ContainerHost[];
    readonly folder: TempDir;
    readonly engine: DockerEngine;
    readonly stack: AsyncDisposableStack;
  }) {
    this.registry = parts.registry;
    this.client = parts.client;
    this.hosts = parts.hosts;
    this.#folder = parts.folder;
    this.#engine = parts.engine;
    this.#stack = parts.stack;
  }

  get image(): string {
    return `${this.registry.host}/team/shop`;
  }

  get folder(): string {
    return this.#folder.path;
  }

  host(index: number): ContainerHost {
    const host = this.hosts[index];
    if (host === undefined) throw new Error(`there is no host ${index}`);
    return host;
  }

  /** Builds, tags and pushes an image of the shop that nobody has seen before. */
  async push(release: ShopRelease): Promise<Shipped> {
    this.#program ??= await buildShop();
    const version = String(++this.#version);
    const tag = `${release}-${version}`;
    const reference = `${this.image}:${tag}`;
    await loadShop(this.#engine, reference, this.#program, { release, version });
    const said = await this.#engine.docker(["push", reference]);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1];
    if (digest === undefined) throw new Error(`docker push said no digest: ${said}`);
    return { tag, digest };
  }

  /** Writes fairlead.yaml; `lines` go below the environment `production`, `rest` at its end. */
  async configure(lines: readonly string[] = [], rest: readonly string[] = []): Promise<void> {
    const hosts = this.hosts.map(({ name, engine }) => `      - { address: ${name}, engine: ${engine} }`);
    const text = [
      "service:",
      "  name: shop",
      `  image: ${this.image}`,
      `  port: ${shopPort}`,
      "registry:",
      `  username: ${user.name}`,
      "  password: ${REGISTRY_PASSWORD}",
      "  insecure: true",
      "environments:",
      "  production:",
      "    hosts:",
      ...hosts,
      ...lines.map((line) => `    ${line}`),
      ...rest,
      "",
    ].join("\n");
    await writeFile(this.#folder.join("fairlead.yaml"), text);
  }

  /** Starts `fairlead …` in the project's folder, as a person would. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): FairleadRun {
    const child = spawn(launcher, args, {
      cwd: this.#folder.path,
      env: {
        ...process.env,
        REGISTRY_PASSWORD: user.password,
        FAIRLEAD_SSH_CONFIG: this.client.config,
        FAIRLEAD_USER: "anna",
        NO_COLOR: "1",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new FairleadRun(child);
  }

  /** Runs `fairlead …` to its end. */
  fairlead(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandRun> {
    return this.start(args, env).ended;
  }

  /** `fairlead deploy production` of an image. */
  deploy({ tag }: Shipped, ...args: readonly string[]): Promise<CommandRun> {
    return this.fairlead(["deploy", "production", "--tag", tag, ...args]);
  }

  /** What the hosts serve, by digest; throws when any of it is not as recorded, haproxy's own word included. */
  async serving(): Promise<string[]> {
    const run = await this.fairlead(["status", "production", "--json"]);
    if (run.exitCode !== 0) throw new Error(`fairlead status found something: ${run.stdout}${run.stderr}`);
    return statusShape.parse(JSON.parse(run.stdout)).hosts.map(({ digest }) => digest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** A fairlead that runs, and what it has said so far. */
export class FairleadRun {
  readonly ended: Promise<CommandRun>;
  readonly #child: ChildProcess;
  #said = "";
  #waiting: { readonly sign: RegExp; readonly resolve: () => void }[] = [];

  constructor(child: ChildProcess) {
    this.#child = child;
    let stdout = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
      this.#waiting = this.#waiting.filter(({ sign, resolve }) => {
        if (!sign.test(this.#said)) return true;
        resolve();
        return false;
      });
    });
    this.ended = once(child, "close").then(([status]) => ({
      exitCode: typeof status === "number" ? status : -1,
      stdout,
      stderr: this.#said,
    }));
  }

  /** What standard error has said so far. */
  get text(): string {
    return this.#said;
  }

  /** Resolves once standard error has said it, or the program has ended. */
  async said(sign: RegExp): Promise<void> {
    if (sign.test(this.#said)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ sign, resolve });
    await Promise.race([promise, this.ended]);
  }

  /** The launcher replaces itself by node: this is the program itself. */
  kill(signal: "SIGKILL" | "SIGINT" | "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }
}
