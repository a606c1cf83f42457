import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { command, type CommandOptions, type CommandRun, tryCommand } from "./command.ts";
import { descendants } from "./processTree.ts";

export interface MachineOptions {
  /** Its host name, and the name of its control groups. */
  readonly name: string;
  /** "own": nothing but a loopback until a lan plugs it in. "shared": this machine's. */
  readonly network: "own" | "shared";
  /** A shell script run once, in the machine's own mounts and network: file systems are made here and outlive a boot. */
  readonly setup: string;
  /** A shell script run by the first process at every boot; what it starts in the background runs on. */
  readonly boot: string;
}

const readyWithin = 30_000;

/**
 * A small machine inside this one: processes, mounts and, where asked, the network are its own (namespaces(7)), so that
 * ending two processes ends all of it, a daemon's own daemons and mounts included, even when the test run is killed.
 */
export class Machine implements AsyncDisposable {
  readonly name: string;
  readonly #options: MachineOptions;
  /** Holds the mounts and the network through crashes and boots. */
  readonly #frame: ChildProcess;
  #system: ChildProcess | undefined;

  static async start(options: MachineOptions): Promise<Machine> {
    const spaces = ["--mount", "--propagation", "slave", ...(options.network === "own" ? ["--net"] : [])];
    const script = `set -e\n${options.network === "own" ? "ip link set lo up\n" : ""}${options.setup}\necho ready\n`;
    const frame = start(["unshare", ...spaces, "sh", "-c", `${script}exec sleep infinity`]);
    const machine = new Machine(options, frame);
    try {
      await said(frame, `the frame of ${options.name}`);
      await machine.boot();
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(options: MachineOptions, frame: ChildProcess) {
    this.#options = options;
    this.#frame = frame;
    this.name = options.name;
  }

  /** A process that is in the machine's network as long as the machine exists. */
  get framePid(): number {
    return pidOf(this.#frame);
  }

  get running(): boolean {
    return this.#system !== undefined;
  }

  async boot(): Promise<void> {
    const net = this.#options.network === "own" ? ["--net"] : [];
    const enter = ["nsenter", "--target", String(this.framePid), "--mount", ...net];
    const spaces = ["--pid", "--fork", "--kill-child", "--uts", "--mount-proc", "--propagation", "slave"];
    // The first process must take in the orphans, or they stay as zombies: the shell's wait does.
    const script = `set -e\nhostname "$1"\n${this.#options.boot}\necho ready\nwhile :; do sleep 86400 & wait; done`;
    this.#system = start([...enter, "unshare", ...spaces, "sh", "-c", script, "sh", this.name]);
    await said(this.#system, `the boot of ${this.name}`);
  }

  /** A power cut: every process ends at once, the disk stays. */
  async crash(): Promise<void> {
    await kill(this.#system);
    this.#system = undefined;
  }

  /** Runs a program in the machine; its failure is a result like another. */
  try(args: readonly string[], options: CommandOptions = {}): Promise<CommandRun> {
    return tryCommand([...this.#enter(), ...args], options);
  }

  /** Runs a program in the machine that must succeed; resolves to its standard output. */
  run(args: readonly string[], options: CommandOptions = {}): Promise<string> {
    return command([...this.#enter(), ...args], options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
    await kill(this.#frame);
  }

  #enter(): string[] {
    if (this.#system === undefined) throw new Error(`the machine ${this.name} is not running`);
    const [first] = descendants(pidOf(this.#system));
    if (first === undefined) throw new Error(`the machine ${this.name} has ended`);
    return ["/usr/bin/nsenter", "--target", String(first), "--mount", "--net", "--uts", "--pid", "--"];
  }
}

/** Starts a program that ends with the test run, even with one that is killed in the middle. */
function start(args: readonly string[]): ChildProcess {
  return spawn("/usr/bin/setpriv", ["--pdeathsig", "KILL", ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("the process did not start");
  return child.pid;
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

/** Waits until the process has said "ready". */
async function said(child: ChildProcess, what: string): Promise<void> {
  let out = "";
  let log = "";
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`${what} took more than ${readyWithin / 1000} s:\n${log}`)),
    readyWithin,
  );
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out = (out + text).slice(-1000);
    if (/^ready$/m.test(out)) resolve();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-4000)));
  child.once("error", reject);
  child.once("close", (status) => reject(new Error(`${what} ended with status ${status ?? "none"}:\n${log}`)));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}
