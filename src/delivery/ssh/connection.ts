// One connection a host, made by the OpenSSH client: known hosts, certificates, jump hosts and agents work as they do
// for the person who types `ssh`. Everything else (scripts, forwarded ports) is a channel of it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Collected, collect } from "./collect.ts";
import { assembleScript, outputAfter, remoteCommand, type Script } from "./script.ts";
import { connectError, lastLines, SshError } from "./sshError.ts";

/** Where to connect. What is undefined, ssh_config decides. */
export interface SshTarget {
  readonly address: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
}

export interface RunOptions {
  /** Milliseconds; afterwards the channel is cut and SshError `timeout` thrown. */
  readonly timeout: number;
  /** Bytes of standard output, and of standard error, that are taken; more is SshError `output`. */
  readonly maxOutput?: number;
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine that runs scripts. */
export interface RemoteHost {
  /** As a person knows it: `deploy@web1.example:22`. */
  readonly name: string;
  /**
   * Runs a script and resolves to how it ended, whatever its status. `what` names the step in errors: "pull the image".
   *
   * @throws SshError
   */
  run(what: string, script: Script, options: RunOptions): Promise<RunResult>;
  /**
   * The path of a local unix socket; whatever connects there is connected, on the host, to that port of 127.0.0.1 or
   * that unix socket.
   *
   * @throws SshError
   */
  forward(to: { readonly port: number } | { readonly socket: string }): Promise<string>;
}

export interface ConnectOptions {
  /** An ssh_config to be read instead of the user's and the system's (`ssh -F`). */
  readonly configFile?: string | undefined;
  /** Milliseconds until the host must have let us in. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

const defaultOutput = 1 << 20;
/** A unix socket's path has room for 107 bytes, and ssh first binds a name that is 17 longer. */
const longestFolder = 70;

/** `deploy@web1.example:22`, with what is known of it. */
function targetName({ address, user, port }: SshTarget): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `${user === undefined ? "" : `${user}@`}${host}${port === undefined ? "" : `:${port}`}`;
}

export class SshConnection implements RemoteHost, AsyncDisposable {
  readonly name: string;
  readonly #target: SshTarget;
  readonly #options: ConnectOptions;
  readonly #folder: string;
  readonly #master: ChildProcess;
  readonly #forwards = new Map<string, Promise<string>>();

  /** @throws SshError */
  static async open(target: SshTarget, options: ConnectOptions = {}): Promise<SshConnection> {
    checkTarget(target);
    const name = targetName(target);
    const folder = await controlFolder();
    const master = startMaster(target, options, folder);
    const printed = collect(master.stderr, defaultOutput);
    try {
      await ready(master, printed, name, target.address, options);
    } catch (error) {
      master.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new SshConnection(target, options, folder, master);
  }

  private constructor(target: SshTarget, options: ConnectOptions, folder: string, master: ChildProcess) {
    this.name = targetName(target);
    this.#target = target;
    this.#options = options;
    this.#folder = folder;
    this.#master = master;
    // A connection that breaks shows where it is used next.
    master.on("error", () => {});
    master.stdin?.on("error", () => {});
  }

  async run(
    what: string,
    script: Script,
    { timeout, maxOutput = defaultOutput, signal }: RunOptions,
  ): Promise<RunResult> {
    signal?.throwIfAborted();
    const { text, marker } = assembleScript(script);
    const child = start(this.#channelArguments(["-T"], [remoteCommand]));
    const stdout = collect(child.stdout, maxOutput + marker.length + 65_536);
    const stderr = collect(child.stderr, maxOutput);
    const timer = AbortSignal.timeout(timeout);
    const cut = (): void => void child.kill("SIGKILL");
    for (const each of [timer, signal, stdout.overflow, stderr.overflow]) each?.addEventListener("abort", cut);
    // The host may end the script before it has read all of it.
    child.stdin?.on("error", () => {});
    child.stdin?.end(text);
    const status = await closed(child);
    signal?.removeEventListener("abort", cut);
    signal?.throwIfAborted();
    if (timer.aborted) {
      const seconds = Math.round(timeout / 1000);
      throw new SshError(
        "timeout",
        this.name,
        `${this.name}: to ${what} took longer than the ${seconds} s it may take. ` +
          `It may still be going on there; look with: ssh ${this.name} ps aux. Last words: ${lastLines(stderr.text()) || "none"}`,
      );
    }
    if (stdout.overflow.aborted || stderr.overflow.aborted) {
      throw new SshError("output", this.name, `${this.name}: to ${what} printed more than ${maxOutput} bytes`);
    }
    if (status === 255 || status === null) {
      if (!this.#isAlive() || /mux_client|Control socket|ProxyCommand|Connection (closed|reset)/i.test(stderr.text())) {
        throw new SshError(
          "lost",
          this.name,
          `${this.name}: the connection broke while trying to ${what}. ` +
            `What was begun there may or may not be done; the same command again looks, and goes on. ${lastLines(stderr.text())}`,
        );
      }
    }
    return { status: status ?? 255, stdout: outputAfter(marker, stdout.text()), stderr: stderr.text() };
  }

  forward(to: { readonly port: number } | { readonly socket: string }): Promise<string> {
    const remote = "port" in to ? `127.0.0.1:${to.port}` : to.socket;
    const known = this.#forwards.get(remote);
    if (known !== undefined) return known;
    const made = this.#makeForward(remote, join(this.#folder, `f${this.#forwards.size}`));
    this.#forwards.set(remote, made);
    return made;
  }

  async #makeForward(remote: string, local: string): Promise<string> {
    if (!/^(127\.0\.0\.1:\d+|\/[\w./-]+)$/.test(remote)) {
      throw new SshError(
        "value",
        this.name,
        `${this.name}: ${remote} can't be forwarded: a colon or blank in the path`,
      );
    }
    const child = start(this.#channelArguments(["-O", "forward", "-L", `${local}:${remote}`], []));
    const stderr = collect(child.stderr, defaultOutput);
    child.stdin?.end();
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    const status = await closed(child);
    clearTimeout(timer);
    if (status !== 0) {
      throw new SshError(
        "forwarding",
        this.name,
        `${this.name}: ssh could not forward ${remote}: ${lastLines(stderr.text()) || "no word why"}`,
      );
    }
    return local;
  }

  #channelArguments(options: readonly string[], command: readonly string[]): string[] {
    return [
      ...configArguments(this.#options),
      "-S",
      join(this.#folder, "c"),
      ...settings("ControlMaster=no", "BatchMode=yes", "LogLevel=ERROR", "EscapeChar=none", "RequestTTY=no"),
      // Should the connection be gone, ssh must not quietly make another one.
      ...settings("ProxyCommand=false"),
      ...options,
      ...destination(this.#target),
      ...command,
    ];
  }

  #isAlive(): boolean {
    return this.#master.exitCode === null && this.#master.signalCode === null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isAlive()) {
      const end = once(this.#master, "close");
      this.#master.stdin?.end();
      const timer = setTimeout(() => this.#master.kill("SIGKILL"), 3000);
      await end;
      clearTimeout(timer);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * The master holds a session of its own, `cat`, fed by our pipe: when this process ends, in whatever way, the pipe closes,
 * `cat` ends, and the master with it. No orphan keeps a host's connection open, which ControlPersist would.
 */
function startMaster(target: SshTarget, options: ConnectOptions, folder: string): ChildProcess {
  return start([
    ...configArguments(options),
    "-M",
    "-S",
    join(folder, "c"),
    "-T",
    ...settings("ControlPersist=no", "BatchMode=yes", "StrictHostKeyChecking=yes", "LogLevel=ERROR"),
    ...settings("UpdateHostKeys=no", "ConnectionAttempts=1", "EscapeChar=none", "RequestTTY=no"),
    ...settings(`ConnectTimeout=${Math.ceil((options.timeout ?? 15_000) / 1000)}`),
    // A host that falls silent is noticed within 20 s, whatever the step.
    ...settings("ServerAliveInterval=5", "ServerAliveCountMax=3"),
    ...settings("ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no", "ClearAllForwardings=yes"),
    // Lets the sockets of forwards be made anew; they lie in a folder that is ours alone.
    ...settings("StreamLocalBindUnlink=yes", "StreamLocalBindMask=0177"),
    ...destination(target),
    "exec cat",
  ]);
}

function settings(...all: readonly string[]): string[] {
  return all.flatMap((setting) => ["-o", setting]);
}

/** The echo of one line: connected, let in, and a shell that runs commands. */
async function ready(
  master: ChildProcess,
  printed: Collected,
  name: string,
  address: string,
  { timeout = 15_000, signal }: ConnectOptions,
): Promise<void> {
  const ended = closed(master).then(() => "ended" as const);
  const echoed = Promise.withResolvers<"ready">();
  let heard = "";
  master.stdout?.on("data", (chunk: Buffer) => {
    heard = (heard + chunk.toString("latin1")).slice(-65_536);
    if (heard.includes("fairlead-ready\n")) echoed.resolve("ready");
  });
  master.stdin?.on("error", () => {});
  master.stdin?.write("fairlead-ready\n");
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), timeout + 5000);
  const abort = (): void => late.resolve("late");
  signal?.addEventListener("abort", abort);
  const outcome = await Promise.race([ended, echoed.promise, late.promise]);
  clearTimeout(timer);
  signal?.removeEventListener("abort", abort);
  signal?.throwIfAborted();
  if (outcome === "ready") return;
  if (outcome === "late") {
    throw new SshError(
      "unreachable",
      name,
      `${name}: no shell within ${Math.round(timeout / 1000)} s. ${lastLines(printed.text())}`,
    );
  }
  throw connectError(name, address, printed.text());
}

/** A process of our own, in a session of its own: Ctrl-C at the terminal reaches us, and we decide what it means. */
function start(args: readonly string[]): ChildProcess {
  return spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
}

/** The exit status once all output has come; null when a signal ended it. */
async function closed(child: ChildProcess): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  child.once("error", (error) =>
    reject(
      new SshError("no-client", "", `the ssh program could not be started (${error.message}): install openssh-client`, {
        cause: error,
      }),
    ),
  );
  return promise;
}

function configArguments({ configFile }: ConnectOptions): string[] {
  return configFile === undefined ? [] : ["-F", configFile];
}

function destination({ address, user, port }: SshTarget): string[] {
  return [
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    // Behind `--` nothing is an option, not even an address that begins with a dash.
    "--",
    address,
  ];
}

/** Characters that mean something to ssh_config's tokens or to a ProxyCommand's shell are in no host's name. */
function checkTarget({ address, user }: SshTarget): void {
  if (!/^[A-Za-z0-9_[\]][\w.:%[\]-]{0,254}$/.test(address)) {
    throw new SshError("value", address, `${JSON.stringify(address)} is no host name or address`);
  }
  if (user !== undefined && !/^[A-Za-z0-9_][\w.@+-]{0,63}$/.test(user)) {
    throw new SshError("value", address, `${JSON.stringify(user)} is no user name`);
  }
}

/** Whoever can open the control socket can act on the host: the folder is ours alone. */
async function controlFolder(): Promise<string> {
  const base = tmpdir().length <= longestFolder - 20 ? tmpdir() : "/tmp";
  await removeAbandoned(base);
  const folder = await mkdtemp(join(base, folderPrefix));
  await chmod(folder, 0o700);
  return folder;
}

const folderPrefix = "fairlead-ssh-";
/** No deploy holds a connection for so long: nobody is connected while an approval is waited for. Milliseconds. */
const abandonedAfter = 24 * 3_600_000;

/** Folders of deployers that were killed. Others' folders can't be removed, and are left. */
async function removeAbandoned(base: string): Promise<void> {
  const names = await readdir(base).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(folderPrefix))) {
    const found = await stat(join(base, name)).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < abandonedAfter) continue;
    await rm(join(base, name), { recursive: true, force: true }).catch(() => {});
  }
}
