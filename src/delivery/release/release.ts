import * as z from "zod";

/** Labels of a container that Fairlead started. State is read from them and from the record, never from names. */
export const label = {
  service: "fairlead.service",
  environment: "fairlead.environment",
  release: "fairlead.release",
  digest: "fairlead.digest",
  settings: "fairlead.settings",
  /** The port of the host that leads to the container: of its loopback for `switch`, the public one for `recreate`. */
  port: "fairlead.port",
} as const;

/** How a container is known to be ready: one of http, tcp, command. Times in milliseconds. */
export interface Health {
  readonly http: string | undefined;
  readonly tcp: boolean;
  readonly command: readonly string[] | undefined;
  readonly interval: number;
  readonly timeout: number;
  readonly within: number;
}

/** Everything that makes a container what it is, but for its settings' values: enough to start it again as it was. */
export interface ReleaseSpec {
  /** Sortable, unique for a service and environment: `20261121-093015-3f2a91c`. */
  readonly release: string;
  /** The image's repository: `registry.example:5000/team/shop`. */
  readonly image: string;
  /** `sha256:…` of the manifest. */
  readonly digest: string;
  /** What was asked for: a tag, or nothing when it was a digest. */
  readonly tag: string | undefined;
  /** Hash of the container's environment, by `settingsHash`. */
  readonly settingsHash: string;
  readonly strategy: "switch" | "recreate";
  /** The port the container listens on. */
  readonly containerPort: number;
  /** The port users reach on the host. */
  readonly publicPort: number;
  readonly volumes: readonly string[];
  readonly health: Health;
  /** Milliseconds that the old container has to finish its requests. */
  readonly drain: number;
  /** Git commit, where known. */
  readonly commit: string | undefined;
  readonly by: string;
  /** When the deploy began, ISO 8601. */
  readonly at: string;
}

export type Verdict =
  /** Not judged yet. */
  | "pending"
  | "successful"
  | "failed"
  | "inconclusive"
  | "error"
  /** The environment watches nothing. */
  | "unverified"
  /** Left before the end of its window, by a person or a crash. */
  | "aborted";

const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

const healthSchema: z.ZodType<Health> = z.object({
  http: optionalText,
  tcp: z.boolean(),
  command: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? undefined),
  interval: z.number().positive(),
  timeout: z.number().positive(),
  within: z.number().positive(),
});

const port = z.number().int().min(1).max(65_535);

/** What names files and containers on a host has a shape that is safe there. */
export const releaseId: z.ZodType<string> = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

export const releaseSpecSchema: z.ZodType<ReleaseSpec> = z.object({
  release: releaseId,
  image: z.string().regex(/^[a-zA-Z0-9][\w.:/[\]-]{0,400}$/),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  tag: optionalText,
  settingsHash: z.string(),
  strategy: z.enum(["switch", "recreate"]),
  containerPort: port,
  publicPort: port,
  volumes: z.array(z.string()),
  health: healthSchema,
  drain: z.number().nonnegative(),
  commit: optionalText,
  by: z.string(),
  at: z.string(),
});

/** `20261121-093015-3f2a91c`: when, in UTC, and the first digits of the digest. */
export function makeReleaseId(at: Date, digest: string): string {
  const [day = "", time = ""] = at.toISOString().split("T");
  return `${day.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${digest.replace(/^sha256:/, "").slice(0, 7)}`;
}

/** `registry.example:5000/team/shop@sha256:…`. */
export function imageReference({ image, digest }: Pick<ReleaseSpec, "image" | "digest">): string {
  return `${image}@${digest}`;
}
