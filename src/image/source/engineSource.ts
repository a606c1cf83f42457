// An image of a running container engine, by its socket: docker's API, which podman speaks too.
//
// Source: Docker Engine API v1.24, "Export an image" and "Inspect an image".

import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { EngineError } from "../engineError.ts";
import { archiveFiles } from "./blobFiles.ts";
import { openFiles, type Wanted } from "./filesSource.ts";
import type { ImageSource } from "./source.ts";
import { spool } from "./spool.ts";

interface Address {
  readonly shown: string;
  readonly connect: { readonly socketPath: string } | { readonly host: string; readonly port: number };
}

/** Where engines listen: DOCKER_HOST alone if it is set. Throws EngineError for one that can't be used so. */
function engineAddresses(env: NodeJS.ProcessEnv): readonly Address[] {
  const named = env["DOCKER_HOST"];
  if (named !== undefined && named !== "") return [parseAddress(named)];
  const own = env["XDG_RUNTIME_DIR"];
  const sockets = ["/var/run/docker.sock", "/run/podman/podman.sock"];
  if (own !== undefined && own !== "") sockets.push(join(own, "docker.sock"), join(own, "podman/podman.sock"));
  return sockets.map((socketPath) => ({ shown: `unix://${socketPath}`, connect: { socketPath } }));
}

function parseAddress(text: string): Address {
  const unix = /^unix:\/\/(\/.*)$/.exec(text)?.[1];
  if (unix !== undefined) return { shown: text, connect: { socketPath: unix } };
  const url = URL.parse(text);
  if (url?.protocol === "tcp:" && url.port !== "")
    return { shown: text, connect: { host: url.hostname, port: Number(url.port) } };
  throw new EngineError(
    "no-engine",
    `DOCKER_HOST is ${text}: images are read from unix:// and tcp:// addresses; write the image to a file (docker save), and name the file`,
  );
}

/** Whether an engine has the image, and which; undefined where no engine answers or none has it. */
export async function findInEngines(reference: string, env: NodeJS.ProcessEnv): Promise<Address | undefined> {
  for (const address of engineAddresses(env)) {
    const answer = await get(address, `/images/${encodeURIComponent(reference)}/json`).catch(() => undefined);
    answer?.resume();
    if (answer?.statusCode === 200) return address;
  }
  return undefined;
}

/** Copies the image out of the engine and opens the copy. Throws EngineError, ImageError. */
export async function openInEngine(address: Address, reference: string, wanted: Wanted): Promise<ImageSource> {
  const answer = await get(address, `/images/${encodeURIComponent(reference)}/get`);
  if (answer.statusCode !== 200) {
    const said = (await text(answer)).slice(0, 300);
    throw new EngineError(
      "no-engine",
      `the engine at ${address.shown} does not give ${reference}: status ${answer.statusCode ?? 0}, ${said}`,
    );
  }
  const copy = await spool(answer);
  try {
    const files = await archiveFiles(copy.path, `${reference} of the engine at ${address.shown}`);
    return await openFiles(files, { ...wanted, name: "", release: () => copy.remove() });
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

function get({ connect, shown }: Address, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Docker wants a host name, and none is meant.
    const asked = request({ ...connect, path, headers: { host: "docker" }, timeout: 60_000 }, resolve);
    asked.on("timeout", () => asked.destroy(new Error("no answer within 60 s")));
    asked.on("error", (error) =>
      reject(
        new EngineError("no-engine", `no container engine answers at ${shown}: ${error.message}`, { cause: error }),
      ),
    );
    asked.end();
  });
}
