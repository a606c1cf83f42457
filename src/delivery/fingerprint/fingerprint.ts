// What a job's result depends on beside the files: image, tools, settings, operating system. Taken before each job and
// held against the last time the same job succeeded, so that "it worked yesterday" has an answer.

import { createHash } from "node:crypto";
import * as z from "zod";

export interface Fingerprint {
  /** Of a job in a container: the image's id, and its digest in the registry where it has one. null on the host. */
  readonly image: string | null;
  /** Version by tool: `go` → `go1.26.8`. */
  readonly tools: Readonly<Record<string, string>>;
  /** Value by variable. Secrets are hashed with a key of this project's (`hmac:…`), which nobody can compare elsewhere. */
  readonly settings: Readonly<Record<string, string>>;
  readonly os: Readonly<Record<string, string>>;
}

const texts = z.record(z.string(), z.string());

/** As it is kept on disk. */
export const fingerprintSchema: z.ZodType<Fingerprint> = z.object({
  image: z.nullable(z.string()),
  tools: texts,
  settings: texts,
  os: texts,
});

export interface Difference {
  /** `tool go`, `variable GOFLAGS`, `image`, `os release`. */
  readonly what: string;
  /** null: it was not there. */
  readonly before: string | null;
  readonly now: string | null;
}

/** The same for equal fingerprints, whatever the order in which they were put together. 64 hex digits. */
export function fingerprintDigest(fingerprint: Fingerprint): string {
  return createHash("sha256")
    .update(JSON.stringify(flat(fingerprint)))
    .digest("hex");
}

/** Everything that differs, in the order image, tools, settings, os. */
export function compareFingerprints(before: Fingerprint, now: Fingerprint): Difference[] {
  const was = new Map(flat(before));
  const is = new Map(flat(now));
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((what) => was.get(what) !== is.get(what))
    .map((what) => ({ what, before: was.get(what) ?? null, now: is.get(what) ?? null }));
}

/** `tool go: go1.26.7 → go1.26.8` */
export function formatDifference({ what, before, now }: Difference): string {
  if (before === null) return `${what}: ${show(now)}, which was not there`;
  if (now === null) return `${what}: was ${show(before)}, and is gone`;
  if (isHashed(before) && isHashed(now)) return `${what}: another secret value`;
  return `${what}: ${show(before)} → ${show(now)}`;
}

function show(value: string | null): string {
  if (value === null || value === "") return "empty";
  return isHashed(value) ? "a secret value" : value;
}

function isHashed(value: string): boolean {
  return value.startsWith("hmac:");
}

function flat({ image, tools, settings, os }: Fingerprint): [string, string][] {
  const part = (prefix: string, values: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(values)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [`${prefix} ${name}`, value]);
  return [
    ...(image === null ? [] : [["image", image] satisfies [string, string]]),
    ...part("tool", tools),
    ...part("variable", settings),
    ...part("os", os),
  ];
}
