import { readFile } from "node:fs/promises";
import { arch, platform, release } from "node:os";
import type { Fingerprint } from "./fingerprint.ts";
import { settingsOf } from "./settings.ts";
import { toolsIn, versionsOf } from "./tools.ts";

export interface FingerprintOptions {
  /** The job's shell lines: they say which tools matter. */
  readonly lines: readonly string[];
  /** Where they run. */
  readonly cwd: string;
  /** The surroundings that the job inherits; a container inherits none. */
  readonly surroundings: NodeJS.ProcessEnv;
  /** Variables set for the job. */
  readonly env: Readonly<Record<string, string>>;
  /** Images the job uses, its own and its services', by what is identified: `id digest`. Empty on the host. */
  readonly images: readonly string[];
  /** Runs in a container: tools and system are the image's. */
  readonly contained: boolean;
  /** What secrets are hashed with. */
  readonly key: Uint8Array;
  readonly signal: AbortSignal;
}

/** Looks at what the job is about to run in. A tool that can't be asked is "absent" or "unknown", never an error. */
export async function takeFingerprint(options: FingerprintOptions): Promise<Fingerprint> {
  const { lines, cwd, surroundings, env, images, contained, key, signal } = options;
  const names = contained ? ["docker"] : toolsIn(lines);
  const [tools, os] = await Promise.all([
    versionsOf(names, cwd, contained ? process.env : { ...surroundings, ...env }, signal),
    system(),
  ]);
  return {
    image: images.length === 0 ? null : images.join(", "),
    tools,
    settings: settingsOf(contained ? {} : surroundings, env, key),
    os,
  };
}

async function system(): Promise<Record<string, string>> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  const name = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(text)?.[1];
  return { platform: platform(), arch: arch(), kernel: release(), ...(name === undefined ? {} : { name }) };
}
