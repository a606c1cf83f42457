// Jobs and services in containers, through the docker client (or podman, which takes the same arguments). Values reach a
// container by a file that only this user can read, never by a command line.

import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { PipelineError } from "./pipelineError.ts";
import { scriptVariable, shellArguments } from "./script.ts";

export interface ContainerEngine {
  /** "docker", or the path of a client. */
  readonly command: string;
  /** The client's own surroundings: DOCKER_HOST and what it needs to find its settings. */
  readonly env: NodeJS.ProcessEnv;
}

export interface EngineAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `run/job/attempt` is found by itself, and by its run. */
const labels = { job: "fairlead.job", run: "fairlead.run" } as const;
const pullWithinMs = 15 * 60_000;

/** Runs the client to its end; a failure is an answer like another. */
export function askEngine(
  { command, env }: ContainerEngine,
  args: readonly string[],
  { signal, within = 60_000 }: { readonly signal?: AbortSignal; readonly within?: number } = {},
): Promise<EngineAnswer> {
  const { promise, resolve } = Promise.withResolvers<EngineAnswer>();
  const options = {
    env,
    timeout: within,
    maxBuffer: 4 << 20,
    killSignal: "SIGKILL" as const,
    ...(signal && { signal }),
  };
  execFile(command, [...args], options, (error, stdout, stderr) => {
    const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
    const why = status === -1 ? `${stderr}\n${error?.message ?? ""}` : stderr;
    resolve({ status, stdout, stderr: why.trim() });
  });
  return promise;
}

/**
 * What the image is: its id, and its digest in the registry where it came from one. Pulled if it isn't there.
 *
 * @throws PipelineError `engine`
 */
export async function imageIdentity(engine: ContainerEngine, image: string, signal: AbortSignal): Promise<string> {
  const inspect = ["image", "inspect", "--format", "{{.Id}} {{range .RepoDigests}}{{.}} {{end}}", "--", image];
  const found = await askEngine(engine, inspect, { signal });
  if (found.status === 0) return found.stdout.trim();
  const pulled = await askEngine(engine, ["pull", "--quiet", "--", image], { signal, within: pullWithinMs });
  const again = pulled.status === 0 ? await askEngine(engine, inspect, { signal }) : pulled;
  if (again.status === 0) return again.stdout.trim();
  const said = again.stderr.split("\n").slice(-3).join("\n");
  const absent = /ENOENT/.test(said) ? `${engine.command} is not on PATH (Debian: apt-get install docker.io)` : said;
  throw new PipelineError("engine", `the image ${image} is neither here nor could it be pulled: ${absent}`);
}

export interface ContainerOptions {
  readonly image: string;
  readonly name: string;
  readonly mark: string;
  /** Where its variables are written for as long as the client needs them; a path of its own. */
  readonly envFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** "host", a network's name, or undefined for the engine's own. */
  readonly network: string | undefined;
}

/**
 * The client's arguments and surroundings for `run`, the image and what follows it left out. The file with the variables is
 * written; values with a line break, which it can't hold, come from the client's surroundings.
 */
async function common(
  engine: ContainerEngine,
  { name, mark, envFile, env, network }: ContainerOptions,
): Promise<{ args: string[]; env: NodeJS.ProcessEnv }> {
  const entries = Object.entries(env);
  const inFile = entries.filter(([, value]) => !/[\r\n]/.test(value));
  const byName = entries.filter(([, value]) => /[\r\n]/.test(value));
  await writeFile(envFile, inFile.map(([key, value]) => `${key}=${value}\n`).join(""), { mode: 0o600 });
  const names = byName.flatMap(([key]) => ["--env", key]);
  const args = ["--name", name, ...labelled(mark), "--env-file", envFile, ...names];
  if (network !== undefined) args.push("--network", network);
  return { args, env: { ...engine.env, ...Object.fromEntries(byName) } };
}

/** A job's container: the project under its own path, run as the user who runs Fairlead. */
export async function jobContainer(
  engine: ContainerEngine,
  options: ContainerOptions & { readonly project: string; readonly script: string },
): Promise<{ args: string[]; env: NodeJS.ProcessEnv }> {
  const { project, script, image } = options;
  const uid = process.getuid?.() ?? 0;
  const user = uid === 0 ? [] : ["--user", `${uid}:${process.getgid?.() ?? uid}`];
  // Tools want a home; a user whom the image does not know has none.
  const env = uid === 0 ? options.env : { HOME: "/tmp", ...options.env };
  const run = await common(engine, { ...options, env });
  // As CSV, in which a path may hold a comma.
  const mount = ["type=bind", `source=${project}`, `target=${project}`].map(
    (field) => `"${field.replaceAll('"', '""')}"`,
  );
  const place = ["--mount", mount.join(","), "--workdir", project, ...user, "--env", scriptVariable];
  return {
    args: ["run", "--rm", "--init", ...run.args, ...place, "--entrypoint", "sh", image, ...shellArguments],
    env: { ...run.env, [scriptVariable]: script },
  };
}

/** Starts a service's container; resolves to the port of 127.0.0.1 that leads to it. Throws PipelineError `engine`. */
export async function startServiceContainer(
  engine: ContainerEngine,
  options: ContainerOptions & { readonly alias: string; readonly port: number },
  signal: AbortSignal,
): Promise<number> {
  const { name, image, alias, port, network, envFile } = options;
  const run = await common(engine, options);
  const aliased = network === undefined || network === "host" ? [] : ["--network-alias", alias];
  const args = ["run", "--detach", ...run.args, ...aliased, "--publish", `127.0.0.1::${port}`, image];
  const started = await askEngine({ ...engine, env: run.env }, args, { signal, within: pullWithinMs });
  await rm(envFile, { force: true });
  if (started.status !== 0) throw new PipelineError("engine", `${image} could not be started: ${started.stderr}`);
  const shown = await askEngine(engine, ["port", name, `${port}/tcp`], { signal });
  const found = /:(\d+)\s*$/m.exec(shown.stdout)?.[1];
  if (found === undefined) {
    const log = await askEngine(engine, ["logs", "--tail", "5", name]);
    throw new PipelineError("engine", `${image} ended at once: ${log.stdout}${log.stderr}`.trim());
  }
  return Number(found);
}

export async function createNetwork(engine: ContainerEngine, name: string, mark: string): Promise<void> {
  const made = await askEngine(engine, ["network", "create", ...labelled(mark), name]);
  if (made.status !== 0) throw new PipelineError("engine", `no network could be made for the job: ${made.stderr}`);
}

function labelled(mark: string): string[] {
  return ["--label", `${labels.job}=${mark}`, "--label", `${labels.run}=${mark.split("/")[0] ?? ""}`];
}

/** Removes all of an attempt, or of a run: containers, then networks. Quiet where the engine is away. */
export async function removeMarked(engine: ContainerEngine, mark: string): Promise<void> {
  const label = mark.includes("/") ? labels.job : labels.run;
  const filter = ["--quiet", "--filter", `label=${label}=${mark}`];
  const containers = await askEngine(engine, ["ps", "--all", ...filter]);
  const ids = containers.stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await askEngine(engine, ["rm", "--force", "--volumes", ...ids]);
  const networks = await askEngine(engine, ["network", "ls", ...filter]);
  const nets = networks.stdout.split("\n").filter((id) => id !== "");
  if (nets.length > 0) await askEngine(engine, ["network", "rm", ...nets]);
}
