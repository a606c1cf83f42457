import { createHash } from "node:crypto";
import type { Job } from "./job.ts";

/** What a job is, as one value: equal for jobs that would do the same. Where it is listed and why does not count. */
export function definitionDigest({ purpose: _purpose, ciImage: _ciImage, ...job }: Job): string {
  return createHash("sha256")
    .update(JSON.stringify(ordered(job)))
    .digest("hex");
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value ?? null;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, ordered(member)]));
}
