// The client's command line for a build. Pure.

import type { SecretSource } from "../../config/serviceSettings.ts";

export interface BuildRequest {
  /** Absolute. */
  readonly dockerfile: string;
  /** Absolute. */
  readonly context: string;
  readonly target: string | undefined;
  readonly platform: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  /** By id; files absolute. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  readonly pull: boolean;
}

/** What this machine's client can do. */
export interface BuildClient {
  /** `v0.29.1`; undefined: BuildKit built into the client (Docker 20.10). */
  readonly buildx: string | undefined;
}

/** `tag` names the result until it gets its own tags. */
export function buildCommand(request: BuildRequest, { buildx }: BuildClient, tag: string): readonly string[] {
  const { dockerfile, context, target, platform, args, secrets, labels, noCache, pull } = request;
  const command =
    buildx === undefined
      ? ["build", "--progress=plain"]
      : [
          "buildx",
          "build",
          "--load",
          `--progress=${hasRawJson(buildx) ? "rawjson" : "plain"}`,
          ...withoutProvenance(buildx),
        ];
  return [
    ...command,
    "--file",
    dockerfile,
    "--tag",
    tag,
    ...(target === undefined ? [] : ["--target", target]),
    ...(platform === undefined ? [] : ["--platform", platform]),
    ...(noCache ? ["--no-cache"] : []),
    ...(pull ? ["--pull"] : []),
    ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
    ...Object.entries(secrets).flatMap(([id, source]) => ["--secret", secretOption(id, source)]),
    "--",
    context,
  ];
}

/** Only where the value comes from stands on the command line; the client reads it itself. Its syntax is CSV. */
function secretOption(id: string, { env, file }: SecretSource): string {
  const field = (name: string, value: string): string =>
    /[",\n]/.test(value) ? `"${name}=${value.replaceAll('"', '""')}"` : `${name}=${value}`;
  return [field("id", id), env === undefined ? field("src", file ?? "") : field("env", env)].join(",");
}

/** rawjson came with BuildKit 0.13, in buildx 0.13. */
function hasRawJson(buildx: string): boolean {
  return isAtLeast(buildx, 13);
}

/** An attestation holds the time and the place of the build: with it no two builds give the same digest. */
function withoutProvenance(buildx: string): readonly string[] {
  return isAtLeast(buildx, 10) ? ["--provenance=false"] : [];
}

function isAtLeast(version: string, minor: number): boolean {
  const [, first = "0", second = "0"] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  // One that somebody built without saying its version is v0.0.0+unknown, and hardly years old.
  return Number(first) > 0 || Number(second) >= minor || version.includes("unknown");
}
