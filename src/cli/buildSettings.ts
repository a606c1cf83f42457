// What a build is asked for: fairlead.yaml and the command line, which wins.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { BuildError } from "../build/buildError.ts";
import { loadSettings } from "../config/load.ts";
import type { SecretSource } from "../config/serviceSettings.ts";
import type { Settings } from "../config/settings.ts";
import { CommandError } from "./exitCode.ts";
import { printWarnings } from "./print/format.ts";

export interface BuildFlags {
  readonly file?: string;
  readonly target?: string;
  readonly image?: string;
  readonly tag?: readonly string[];
  readonly buildArg?: readonly string[];
  readonly secret?: readonly string[];
  readonly platform?: string;
  readonly cache?: boolean;
  readonly pull?: boolean;
  readonly gateway?: boolean;
  readonly push?: boolean;
  readonly allowDirty?: boolean;
  readonly html?: string;
  readonly config?: string;
}

/** By id; each is there, files are absolute. */
export type Secrets = Readonly<Record<string, SecretSource>>;

/** Larger ones are keys' bundles and the like, of which nobody prints the whole. */
const valueLimit = 64 * 1024;

/** What the secrets are, so that it can be masked wherever a step prints it. Of a file each line counts by itself. */
export async function secretValues(secrets: Secrets): Promise<readonly string[]> {
  const texts = await Promise.all(
    Object.values(secrets).map(async ({ env, file }) => {
      if (env !== undefined) return process.env[env] ?? "";
      return file === undefined ? "" : readFile(file, "utf8").catch(() => "");
    }),
  );
  const lines = texts.filter((text) => text.length <= valueLimit).flatMap((text) => [text, ...text.split("\n")]);
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line.length >= 6))].slice(0, 200);
}

/** Throws ConfigError, CommandError, BuildError. */
export function buildSettings(folder: string, flags: BuildFlags): { settings: Settings; secrets: Secrets } {
  // Without a push, nobody needs the registry's password.
  const needs = ["gateway", "service", "build", ...(flags.push === true ? ["registry"] : [])];
  const { settings, warnings } = loadSettings({ file: flags.config, env: process.env, flags: {}, cwd: folder, needs });
  printWarnings(warnings);
  const args = { ...settings.build.args, ...Object.fromEntries((flags.buildArg ?? []).map(argument)) };
  const named = { ...settings.build.secrets, ...Object.fromEntries((flags.secret ?? []).map(secret)) };
  const secrets = Object.fromEntries(Object.entries(named).map(([id, source]) => [id, present(id, source, folder)]));
  return { settings: { ...settings, build: { ...settings.build, args } }, secrets };
}

function argument(text: string): [string, string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new CommandError(`--build-arg ${text.split("=")[0] ?? ""}: write NAME=value`);
}

/** `id=netrc,file=/path` or `id=token,env=NAME`; `src` is docker's own word for file. */
function secret(text: string): [string, SecretSource] {
  const [, id, kind, value] = /^id=([A-Za-z0-9][\w.-]*),(env|file|src)=(.+)$/s.exec(text) ?? [];
  if (id === undefined || value === undefined) {
    // What was written may be the secret itself: it is not repeated.
    throw new CommandError("--secret takes id=NAME,env=VARIABLE or id=NAME,file=PATH, and never the secret itself");
  }
  return kind === "env" ? [id, { env: value, file: undefined }] : [id, { env: undefined, file: value }];
}

function present(id: string, { env, file }: SecretSource, folder: string): SecretSource {
  if (env !== undefined && process.env[env] === undefined) {
    throw new BuildError("secret", `the build secret ${id} is to come from the variable ${env}, which is not set`);
  }
  return { env, file: file === undefined ? undefined : resolve(folder, file) };
}
