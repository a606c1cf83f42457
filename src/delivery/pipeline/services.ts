// What runs beside a job: started before it, ready before it begins, gone after it.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceContainerSettings } from "../../config/pipelineSettings.ts";
import { askEngine, type ContainerEngine, startServiceContainer } from "./container.ts";
import type { Job } from "./job.ts";
import { ProcessGroup } from "./processGroup.ts";
import { becomes, portAnswers, succeeds } from "./ready.ts";
import { serviceVariables } from "./serviceVariables.ts";

export interface ServiceSurroundings {
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  readonly engine: ContainerEngine;
  /** `run/job/attempt` */
  readonly mark: string;
  /** Where the job's own container finds them; undefined: the job finds them on 127.0.0.1. */
  readonly network: string | undefined;
  /** For files that are gone soon. */
  readonly envFile: (name: string) => string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface StartedServices {
  /** `POSTGRES_HOST`, `POSTGRES_PORT` … for the job. */
  readonly variables: Readonly<Record<string, string>>;
  /** Ends what is a program here; containers are removed by their mark. */
  stop(grace: number): Promise<void>;
}

/** A service that did not come up; the message ends with what it said. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
}

const readyWithin = 60_000;
const heldLines = 15;

/** Starts all of a job's services at once and waits for them. On a failure nothing is left but containers with the mark. */
export async function startServices(job: Job, surroundings: ServiceSurroundings): Promise<StartedServices> {
  const started: Running[] = [];
  const stop = async (grace: number): Promise<void> => {
    await Promise.all(started.map((service) => service.stop(grace)));
  };
  const all = Object.entries(job.services).map(async ([name, service]) => {
    const running = await start(name, service, surroundings);
    started.push(running);
    const isReady = await becomes(
      running.isReady,
      readyWithin,
      () => surroundings.signal.aborted || running.hasEnded(),
    );
    if (!isReady) {
      const what = running.hasEnded() ? "ended before it was ready" : `was not ready within ${readyWithin / 1000} s`;
      throw new ServiceError(`the service ${name} ${what}${await running.lastWords()}`);
    }
    surroundings.say(`service ${name} is ready at ${running.host}:${running.port}`);
    return serviceVariables(name, running.host, running.port);
  });
  const results = await Promise.allSettled(all);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    await stop(0);
    throw failed.reason;
  }
  const variables = Object.assign({}, ...results.flatMap((each) => (each.status === "fulfilled" ? [each.value] : [])));
  return { variables, stop };
}

interface Running {
  /** Where the job finds it. */
  readonly host: string;
  readonly port: number;
  readonly isReady: () => Promise<boolean>;
  readonly hasEnded: () => boolean;
  /** What it printed last, on lines of its own; empty if nothing. */
  readonly lastWords: () => Promise<string>;
  readonly stop: (grace: number) => Promise<void>;
}

function start(name: string, service: ServiceContainerSettings, at: ServiceSurroundings): Promise<Running> {
  return service.image === undefined
    ? startCommand(name, service, at)
    : startContainer(name, service, service.image, at);
}

async function startCommand(
  name: string,
  { command = [], env, port: fixed, ready }: ServiceContainerSettings,
  { project, env: surroundings, mark }: ServiceSurroundings,
): Promise<Running> {
  const host = "127.0.0.1";
  const port = fixed ?? (await freePort());
  const data = await mkdtemp(join(tmpdir(), "fairlead-service-"));
  const own = { ...surroundings, ...env, HOST: host, PORT: String(port), DATA: data };
  const fill = (word: string): string =>
    word.replaceAll("{host}", host).replaceAll("{port}", String(port)).replaceAll("{data}", data);
  const [program = "", ...args] = command.map(fill);
  let said: string[] = [];
  const group = new ProcessGroup({
    command: program,
    args,
    cwd: project,
    env: own,
    mark: `${mark}/${name}`,
    onOutput: (chunk) => (said = [...said, ...chunk.toString("utf8").trimEnd().split("\n")].slice(-heldLines)),
  });
  let ended = false;
  void group.ended.then(() => (ended = true));
  const isReady = ready === undefined ? () => portAnswers(host, port) : () => succeeds(ready.map(fill), own, project);
  return {
    host,
    port,
    isReady,
    hasEnded: () => ended,
    lastWords: async () => (said.length === 0 ? "" : `:\n${said.join("\n")}`),
    stop: async (grace) => {
      await group.stop(grace);
      await rm(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function startContainer(
  name: string,
  { env, port = 0, ready }: ServiceContainerSettings,
  image: string,
  { engine, mark, network, envFile, signal, project }: ServiceSurroundings,
): Promise<Running> {
  const container = `fairlead-${mark.replaceAll("/", "-")}-${name}`;
  const published = await startServiceContainer(
    engine,
    { image, name: container, mark, envFile: envFile(name), env, network, alias: name, port },
    signal,
  );
  const isReady =
    ready === undefined
      ? () => portAnswers("127.0.0.1", published)
      : () => succeeds([engine.command, "exec", container, ...ready], engine.env, project);
  const seen = network === undefined ? { host: "127.0.0.1", port: published } : { host: name, port };
  return {
    ...seen,
    isReady,
    hasEnded: () => false,
    lastWords: async () => {
      const { stdout, stderr } = await askEngine(engine, ["logs", "--tail", String(heldLines), container]);
      return stdout + stderr === "" ? "" : `:\n${`${stdout}${stderr}`.trimEnd()}`;
    },
    // Removed with all that carries the mark.
    stop: async () => undefined,
  };
}

/** Free now. Another program could take it before the service does: then the service says so. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
