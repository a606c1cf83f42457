// Who we are to a registry: what the settings say, else what `docker login` has stored.
//
// Source: docker/cli, docs/reference/commandline/login.md (config.json: auths, credHelpers, credsStore) and the
// protocol of docker/docker-credential-helpers.

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { RegistryError } from "./registryError.ts";

export type Login =
  | { readonly username: string; readonly password: string }
  /** An OAuth refresh token, as a helper gives it. */
  | { readonly identityToken: string };

const config = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});
const helped = z.object({ Username: z.string(), Secret: z.string() });

const fileLimit = 1 << 20;
const helperTimeout = 20_000;

/** The folder of docker's config.json: DOCKER_CONFIG, else ~/.docker. */
export function dockerConfigFolder(env: NodeJS.ProcessEnv, home: string): string {
  const named = env["DOCKER_CONFIG"];
  return named === undefined || named === "" ? join(home, ".docker") : named;
}

/** What is stored for the registry; undefined when nothing is. Throws RegistryError. */
export async function storedLogin(
  registry: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Login | undefined> {
  const file = join(folder, "config.json");
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new RegistryError("credentials", `${file} can't be read: ${messageOf(error)}`, { cause: error });
  }
  const read = content.length > fileLimit ? undefined : config.safeParse(parseJson(content)).data;
  if (read === undefined) throw new RegistryError("credentials", `${file} is no configuration of docker's`);
  for (const key of keysOf(registry)) {
    const helper = read.credHelpers?.[key];
    if (helper !== undefined) return askHelper(helper, key, env);
  }
  if (read.credsStore !== undefined && read.credsStore !== "") {
    for (const key of keysOf(registry)) {
      const login = await askHelper(read.credsStore, key, env);
      if (login !== undefined) return login;
    }
  }
  for (const key of keysOf(registry)) {
    const entry = read.auths?.[key];
    if (entry?.identitytoken !== undefined && entry.identitytoken !== "") return { identityToken: entry.identitytoken };
    if (entry?.auth !== undefined && entry.auth !== "") return decodeAuth(entry.auth, file, registry);
  }
  return undefined;
}

/** Under which names a login may be stored: docker writes the host, older ones and other tools a URL. */
function keysOf(registry: string): string[] {
  const hub = ["https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io"];
  if (registry === "docker.io") return hub;
  const urls = ["https://", "http://"].flatMap((scheme) =>
    ["", "/", "/v1/", "/v2/"].map((end) => scheme + registry + end),
  );
  return [registry, ...urls];
}

function decodeAuth(auth: string, file: string, registry: string): Login {
  const decoded = Buffer.from(auth, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon < 1)
    throw new RegistryError("credentials", `${file}: the login for ${registry} can't be read; run docker login again`);
  // docker pads what it encrypts to nothing with zero bytes.
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, "") };
}

async function askHelper(name: string, server: string, env: NodeJS.ProcessEnv): Promise<Login | undefined> {
  // The name becomes a program's: it must stay one.
  if (!/^[\w.-]+$/.test(name))
    throw new RegistryError("credentials", `${JSON.stringify(name)} is no credential helper`);
  const program = `docker-credential-${name}`;
  const { status, said } = await runHelper(program, server, env);
  if (status !== 0) {
    // The protocol's own words for "nothing stored".
    if (/credentials not found/i.test(said)) return undefined;
    throw new RegistryError("credentials", `${program} ended with status ${status} for ${server}: ${firstLine(said)}`);
  }
  const answer = helped.safeParse(parseJson(said)).data;
  if (answer === undefined) throw new RegistryError("credentials", `${program} gave no login for ${server}`);
  return answer.Username === "<token>"
    ? { identityToken: answer.Secret }
    : { username: answer.Username, password: answer.Secret };
}

async function runHelper(
  program: string,
  server: string,
  env: NodeJS.ProcessEnv,
): Promise<{ status: number; said: string }> {
  const child = spawn(program, ["get"], { env, stdio: ["pipe", "pipe", "ignore"], timeout: helperTimeout });
  const ended = Promise.withResolvers<number>();
  child.once("error", ended.reject).once("close", (status) => ended.resolve(status ?? -1));
  child.stdin.on("error", () => {});
  child.stdin.end(server);
  try {
    const [status, said] = await Promise.all([ended.promise, text(child.stdout)]);
    return { status, said };
  } catch (error) {
    throw new RegistryError(
      "credentials",
      `docker's configuration asks for the credential helper ${program}, which can't be started: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** A helper that fails says why on standard output; the first line is for people. */
function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").slice(0, 200);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
