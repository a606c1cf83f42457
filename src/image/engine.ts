// The container engine of this machine, through its own client: docker, found on PATH, talking to whatever DOCKER_HOST or
// its context says.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { EngineError } from "./engineError.ts";

export interface Engine {
  /** Absolute path of the client. */
  readonly client: string;
  /** `20.10.24` */
  readonly clientVersion: string;
  readonly serverVersion: string;
  /** `v0.29.1` where the client has the buildx plugin. */
  readonly buildx: string | undefined;
  /** Runs the client to its end; a failure of it is an answer like another. */
  run(args: readonly string[], options?: RunOptions): Promise<EngineAnswer>;
  /** Starts the client with pipes, in a process group of its own: a terminal's Ctrl-C is passed on by its caller, once. */
  start(args: readonly string[], options?: Pick<RunOptions, "env">): ChildProcess;
}

export interface EngineAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** On top of the engine's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input: where secrets go, which must be on no command line. */
  readonly input?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

const usualTimeout = 60_000;
const outputLimit = 16 << 20;

/** From 23.0 on the client has BuildKit only in its buildx plugin; before, it has it built in (18.09 and newer). */
const builtInBuildKitUntil = 23;

/**
 * Finds a docker client, and asks its engine; one that can build with BuildKit, unless that is not needed.
 *
 * @throws EngineError
 */
export async function findEngine(
  env: NodeJS.ProcessEnv,
  { buildKit = true }: { readonly buildKit?: boolean } = {},
): Promise<Engine> {
  const clients = await clientsOn(env["PATH"] ?? "");
  if (clients.length === 0) {
    throw new EngineError("no-client", "there is no docker on PATH; install it (Debian: apt-get install docker.io)");
  }
  const without: string[] = [];
  for (const client of clients) {
    const engine = await ask(client, env);
    const major = Number(engine.clientVersion.split(".")[0]);
    if (!buildKit || engine.buildx !== undefined || (major >= 18 && major < builtInBuildKitUntil)) return engine;
    without.push(`${client} ${engine.clientVersion}`);
  }
  throw new EngineError(
    "no-buildkit",
    `${without.join(" and ")} can't build with BuildKit: the buildx plugin is missing\ninstall it (docker-buildx-plugin, docker-buildx), or put it into ~/.docker/cli-plugins`,
  );
}

async function clientsOn(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of path.split(delimiter)) {
    // A relative entry depends on the working folder, which may be anybody's repository.
    if (!isAbsolute(folder)) continue;
    const file = join(folder, "docker");
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere && !found.includes(file)) found.push(file);
  }
  return found;
}

async function ask(client: string, environment: NodeJS.ProcessEnv): Promise<Engine> {
  const run = (
    args: readonly string[],
    { env, input, timeout = usualTimeout }: RunOptions = {},
  ): Promise<EngineAnswer> => runClient(client, args, { ...environment, ...env }, input, timeout);
  const [version, buildx] = await Promise.all([
    run(["version", "--format", "{{.Client.Version}} {{.Server.Version}}"], { timeout: 20_000 }),
    run(["buildx", "version"], { timeout: 20_000 }),
  ]);
  if (version.status !== 0) throw unreachable(client, version, environment);
  const [clientVersion = "", serverVersion = ""] = version.stdout.trim().split(" ");
  return {
    client,
    clientVersion,
    serverVersion,
    buildx: buildx.status === 0 ? (/ (v?\d+\.\d+\.\d+\S*)/.exec(buildx.stdout)?.[1] ?? "unknown") : undefined,
    run,
    start: (args, options = {}) =>
      spawn(client, [...args], {
        env: { ...environment, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      }),
  };
}

function unreachable(client: string, { stderr, status }: EngineAnswer, env: NodeJS.ProcessEnv): EngineError {
  const address = env["DOCKER_HOST"] ?? "its default address";
  const said = stderr.trim().split("\n")[0] ?? "";
  if (/permission denied/i.test(stderr)) {
    return new EngineError(
      "no-permission",
      `this user may not talk to the docker engine at ${address}: ${said}\nadd the user to the group docker (and log in again), or set DOCKER_HOST`,
    );
  }
  return new EngineError(
    "no-engine",
    `${client} does not reach a docker engine at ${address}: ${said || `it ended with status ${status}`}\nstart it (systemctl start docker), or say where it is with DOCKER_HOST`,
  );
}

function runClient(
  client: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | undefined,
  timeout: number,
): Promise<EngineAnswer> {
  return new Promise((resolve) => {
    const child = execFile(client, [...args], { env, timeout, maxBuffer: outputLimit }, (error, stdout, stderr) => {
      if (error === null) return resolve({ status: 0, stdout, stderr });
      const note = error.killed === true ? `\n${args[0] ?? ""} did not end within ${timeout / 1000} s` : "";
      resolve({ status: typeof error.code === "number" ? error.code : 1, stdout, stderr: stderr + note });
    });
    // A client that ends without reading its input is no failure of ours.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
