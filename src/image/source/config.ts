// An image's configuration (OCI image specification, "Image Configuration"); Docker's is the same in what is read here.

import { createHash } from "node:crypto";
import * as z from "zod";
import { ImageError } from "../imageError.ts";

export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly variant: string | undefined;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly diffIds: readonly string[];
  /** The instruction of each layer, in their order; undefined where the history is silent. */
  readonly instructions: readonly (string | undefined)[];
}

const list = z.array(z.string()).nullish();
const keys = z.record(z.string(), z.unknown()).nullish();
const schema = z.object({
  architecture: z.string().nullish(),
  os: z.string().nullish(),
  variant: z.string().nullish(),
  config: z
    .object({
      Entrypoint: list,
      Cmd: list,
      Env: list,
      User: z.string().nullish(),
      WorkingDir: z.string().nullish(),
      ExposedPorts: keys,
      Volumes: keys,
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
  rootfs: z.object({ diff_ids: list }).nullish(),
  history: z.array(z.object({ created_by: z.string().nullish(), empty_layer: z.boolean().nullish() })).nullish(),
});

/** Reads a configuration. Throws ImageError `bad-image`. */
export function parseConfig(bytes: Buffer, name: string): ImageConfig {
  const { config, rootfs, history, ...rest } = parseImageJson(schema, bytes, `${name}: the image's configuration`);
  const diffIds = rootfs?.diff_ids ?? [];
  const layered = (history ?? []).filter(({ empty_layer }) => empty_layer !== true);
  return {
    architecture: rest.architecture ?? "",
    os: rest.os ?? "linux",
    variant: rest.variant || undefined,
    entrypoint: config?.Entrypoint ?? [],
    cmd: config?.Cmd ?? [],
    env: config?.Env ?? [],
    user: config?.User ?? "",
    workingDir: config?.WorkingDir ?? "",
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
    volumes: Object.keys(config?.Volumes ?? {}),
    labels: config?.Labels ?? {},
    diffIds,
    // A history of another length can't be told apart by layers.
    instructions: diffIds.map((_, index) =>
      layered.length === diffIds.length ? instructionOf(layered[index]?.created_by ?? "") : undefined,
    ),
  };
}

/** `RUN …` as the Dockerfile had it, out of what builders write into the history. */
function instructionOf(createdBy: string): string | undefined {
  const text = createdBy
    .replace(/^\/bin\/sh -c #\(nop\) +/, "")
    .replace(/^(RUN )?(\|\d+ .*?)?\/bin\/sh -c /, "RUN ")
    .replace(/ # buildkit$/, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return text === "" ? undefined : text;
}

/** JSON of a known form. Throws ImageError `bad-image`. */
export function parseImageJson<T>(schema: z.ZodType<T>, bytes: Buffer, what: string): T {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new ImageError("bad-image", `${what} is no JSON`, { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ImageError(
    "bad-image",
    `${what} can't be understood: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
  );
}

/** Holds bytes against their digest. Throws ImageError `digest-mismatch`, and `bad-image` for a digest of another kind. */
export function checkDigest(bytes: Buffer, digest: string, what: string): void {
  if (!digestPattern.test(digest))
    throw new ImageError("bad-image", `${what}: ${digest.slice(0, 80)} is no sha256 digest`);
  const actual = digestOf(bytes);
  if (actual !== digest)
    throw new ImageError("digest-mismatch", `${what}: its bytes have the digest ${actual}, not ${digest}`);
}

/** "sha256:…" */
export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

const digestPattern: RegExp = /^sha256:[0-9a-f]{64}$/;
