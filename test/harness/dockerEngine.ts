import { mkdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { command, type CommandOptions, type CommandRun, tryCommand } from "./command.ts";
import { removeControlGroups, weighControlGroup } from "./controlGroups.ts";
import { Lan } from "./lan.ts";
import { Machine } from "./machine.ts";
import type { Need } from "./require.ts";
import { TempDir } from "./tempDir.ts";

export interface DockerEngineOptions {
  /** Where its containers get their addresses; without one the engine makes its own. */
  readonly lan?: Lan;
}

const client = "/usr/bin/docker";
const readyWithin = 60_000;
let made = 0;

/**
 * A container engine beside the tests, as on a developer's machine: a dockerd of its own with its own data, in the network
 * of the tests. Containers and builds reach what listens on `lan.address`, and nothing outside of this machine: as in the
 * GoSandbox, what goes past the proxy it was given is found out.
 */
export class DockerEngine implements AsyncDisposable {
  static readonly needs: readonly Need[] = ["root", "docker.io", "iproute2"];

  /** `unix:///…/docker.sock` */
  readonly host: string;
  readonly lan: Lan;
  readonly #ownLan: boolean;
  readonly #folder: TempDir;
  readonly #machine: Machine;

  static async start(options: DockerEngineOptions = {}): Promise<DockerEngine> {
    const lan = options.lan ?? (await Lan.start());
    const folder = await TempDir.create("engine");
    const name = `fairlead-${process.pid}-${made++}`;
    await mkdir(folder.join("config"));
    await weighControlGroup(name, 8);
    const machine = await Machine.start({
      name,
      network: "shared",
      // dockerd's own mounts stay inside; a fresh /run keeps it from taking another engine's containerd for its own.
      setup: "mount -t tmpfs -o mode=0755 tmpfs /run",
      boot: dockerd(name, lan, folder.path),
    });
    const engine = new DockerEngine(lan, options.lan === undefined, folder, machine);
    try {
      await engine.#ready();
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(lan: Lan, ownLan: boolean, folder: TempDir, machine: Machine) {
    this.lan = lan;
    this.#ownLan = ownLan;
    this.#folder = folder;
    this.#machine = machine;
    this.host = `unix://${folder.join("docker.sock")}`;
  }

  /** What a program that is to use this engine, and no login of the machine's user, needs in its environment. */
  get env(): Readonly<Record<string, string>> {
    return { DOCKER_HOST: this.host, DOCKER_CONFIG: this.#folder.join("config"), DOCKER_BUILDKIT: "1" };
  }

  /** `docker …` that must succeed; resolves to its standard output. */
  docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
    return command([client, ...args], this.#with(options));
  }

  /** `docker …`; its failure is a result like another. */
  tryDocker(args: readonly string[], options: CommandOptions = {}): Promise<CommandRun> {
    return tryCommand([client, ...args], this.#with(options));
  }

  /** The engine's own log. */
  log(): Promise<string> {
    return readFile(this.#folder.join("dockerd.log"), "utf8");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Networks of its own making are bridges in the tests' network: they would outlive it.
    const ids = (await this.tryDocker(["ps", "--all", "--quiet"], { timeout: 10_000 })).stdout.split("\n");
    const containers = ids.filter((id) => id !== "");
    if (containers.length > 0) await this.tryDocker(["rm", "--force", "--volumes", ...containers], { timeout: 30_000 });
    await this.tryDocker(["network", "prune", "--force"], { timeout: 10_000 });
    await this.#machine[Symbol.asyncDispose]();
    await removeControlGroups(this.#machine.name);
    await this.#folder[Symbol.asyncDispose]();
    if (this.#ownLan) await this.lan[Symbol.asyncDispose]();
  }

  #with(options: CommandOptions): CommandOptions {
    return { ...options, env: { ...process.env, ...this.env, ...options.env } };
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + readyWithin;
    while (Date.now() < deadline) {
      const run = await this.tryDocker(["version", "--format", "{{.Server.Version}}"], { timeout: 10_000 });
      if (run.exitCode === 0) return;
      await sleep(100);
    }
    throw new Error(`dockerd did not answer within ${readyWithin / 1000} s:\n${(await this.log()).slice(-4000)}`);
  }
}

/** The line that starts it. No firewall rules: several of them, and perhaps the machine's own, share this network. */
function dockerd(name: string, lan: Lan, folder: string): string {
  const options = [
    `--data-root ${folder}/data --exec-root ${folder}/exec --pidfile ${folder}/dockerd.pid`,
    `--host unix://${folder}/docker.sock --cgroup-parent /${name} --exec-opt native.cgroupdriver=cgroupfs`,
    `--bridge ${lan.bridge} --fixed-cidr ${lan.upperHalf}`,
    "--iptables=false --ip6tables=false --ip-forward=false --ip-masq=false",
    "--insecure-registry 10.0.0.0/8",
  ];
  return `/usr/sbin/dockerd ${options.join(" ")} </dev/null >${folder}/dockerd.log 2>&1 &`;
}
