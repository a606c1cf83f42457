// What a host knows of its releases: one JSON file for each service and environment, written beside, synced and renamed
// by the holder of the lock. Settings' values are not in it; they lie in a file of their own, mode 0600.
import * as z from "zod";
import { DeliveryError } from "../deliveryError.ts";
import type { Sample } from "../verify/sample.ts";
import { releaseId, type ReleaseSpec, releaseSpecSchema, type Verdict } from "./release.ts";

/** A release that was, or is being, put on this host. */
export interface ReleaseEntry {
  readonly spec: ReleaseSpec;
  readonly verdict: Verdict;
  /** Why the verdict is what it is, in a line. */
  readonly reason: string;
  readonly samples: readonly Sample[];
}

/** How far a deploy that is not finished has come on this host. */
export type Phase =
  /** The new container may be there; traffic is untouched. */
  | "preparing"
  /** Traffic may be on either. */
  | "switching"
  /** Traffic is on the new release; the old one waits beside it. */
  | "serving"
  /** On the way back; traffic may be on either. */
  | "reverting";

export interface OpenDeploy {
  readonly id: string;
  /** A rollback that was interrupted is gone on with, never turned round. */
  readonly kind: "deploy" | "rollback";
  readonly release: string;
  /** What served before, and serves again if this fails; undefined for the first. */
  readonly from: string | undefined;
  readonly phase: Phase;
  readonly by: string;
  readonly since: string;
}

export interface RecordEvent {
  readonly at: string;
  readonly by: string;
  readonly what: string;
}

export interface HostRecord {
  readonly schemaVersion: 1;
  readonly service: string;
  readonly environment: string;
  /** The release that traffic is meant to reach. */
  readonly serving: string | undefined;
  /** The one that was brought here last, or came back last, first. */
  readonly releases: readonly ReleaseEntry[];
  readonly open: OpenDeploy | undefined;
  /** Newest first; the last hundred. */
  readonly events: readonly RecordEvent[];
}

const optionalId = releaseId.nullish().transform((value) => value ?? undefined);

const counters = { requests: z.number(), errors: z.number() };

const sampleSchema: z.ZodType<Sample> = z.union([
  z.object({ at: z.number(), ...counters, total: z.object(counters) }),
  z.object({ at: z.number(), failure: z.string(), final: z.boolean().exactOptional() }),
]);

const recordSchema: z.ZodType<HostRecord> = z.object({
  schemaVersion: z.literal(1),
  service: z.string(),
  environment: z.string(),
  serving: optionalId,
  releases: z.array(
    z.object({
      spec: releaseSpecSchema,
      verdict: z.enum(["pending", "successful", "failed", "inconclusive", "error", "unverified", "aborted"]),
      reason: z.string(),
      samples: z.array(sampleSchema),
    }),
  ),
  open: z
    .object({
      id: z.string(),
      kind: z.enum(["deploy", "rollback"]),
      release: releaseId,
      from: optionalId,
      phase: z.enum(["preparing", "switching", "serving", "reverting"]),
      by: z.string(),
      since: z.string(),
    })
    .nullish()
    .transform((value) => value ?? undefined),
  events: z.array(z.object({ at: z.string(), by: z.string(), what: z.string() })),
});

function emptyRecord(service: string, environment: string): HostRecord {
  return { schemaVersion: 1, service, environment, serving: undefined, releases: [], open: undefined, events: [] };
}

/**
 * Reads a record; an empty text is a host that has none yet.
 *
 * @throws DeliveryError `record`
 */
export function parseRecord(text: string, host: string, service: string, environment: string): HostRecord {
  if (text.trim() === "") return emptyRecord(service, environment);
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    const newer = /"schemaVersion":\s*(\d+)/.exec(text)?.[1];
    const why =
      newer !== undefined && Number(newer) > 1
        ? `it has version ${newer}, written by a newer Fairlead: use that one`
        : `it is damaged (${error instanceof Error ? error.message.slice(0, 200) : String(error)}). Move it away and deploy anew; nothing that runs is touched`;
    throw new DeliveryError(
      "record",
      `${host}: the release record of ${service} in ${environment} can't be read: ${why}`,
      {
        cause: error,
      },
    );
  }
}

export function formatRecord(record: HostRecord): string {
  return `${JSON.stringify(record, null, 1)}\n`;
}

export function findRelease(record: HostRecord, release: string | undefined): ReleaseEntry | undefined {
  return record.releases.find((entry) => entry.spec.release === release);
}

/** The record with a release changed. */
export function withRelease(record: HostRecord, entry: ReleaseEntry): HostRecord {
  const releases = record.releases.map((each) => (each.spec.release === entry.spec.release ? entry : each));
  return { ...record, releases };
}

/** The record with a release that is about to serve (again) in first place. */
export function withReleaseFirst(record: HostRecord, entry: ReleaseEntry): HostRecord {
  const others = record.releases.filter(({ spec }) => spec.release !== entry.spec.release);
  return { ...record, releases: [entry, ...others] };
}

export function withVerdict(record: HostRecord, release: string, verdict: Verdict, reason: string): HostRecord {
  const entry = findRelease(record, release);
  return entry === undefined ? record : withRelease(record, { ...entry, verdict, reason });
}

export function withEvent(record: HostRecord, event: RecordEvent): HostRecord {
  return { ...record, events: [event, ...record.events].slice(0, 100) };
}

/** A way back worth keeping: it served, or may have, and was not found bad. */
function isGood({ verdict }: ReleaseEntry): boolean {
  return verdict === "successful" || verdict === "unverified" || verdict === "inconclusive";
}

/**
 * The releases whose image and settings stay on the host: the one that serves, those of an open deploy, and the newest
 * good ones, `keep` in all. Failed ones never push out a way back.
 */
export function keptReleases(record: HostRecord, keep: number): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const release of [record.serving, record.open?.release, record.open?.from]) {
    if (release !== undefined) kept.add(release);
  }
  for (const entry of record.releases) {
    if (kept.size >= keep) break;
    if (isGood(entry)) kept.add(entry.spec.release);
  }
  return kept;
}

/** Forgets releases beyond the kept ones and the newest fifty, which stay for the list. */
export function trimmed(record: HostRecord, keep: number): HostRecord {
  const kept = keptReleases(record, keep);
  return {
    ...record,
    releases: record.releases.filter(({ spec }, index) => index < 50 || kept.has(spec.release)),
  };
}

/**
 * The release that `fairlead rollback` goes to: an open deploy's predecessor, an open rollback's aim, else the good one
 * that served last among those older than the one that serves. Older, so that a second rollback goes further back, and not
 * to the release that somebody has just fled from.
 */
export function wayBack(record: HostRecord): string | undefined {
  if (record.open !== undefined) return record.open.kind === "rollback" ? record.open.release : record.open.from;
  const { serving, releases } = record;
  return releases.find((entry) => isGood(entry) && (serving === undefined || entry.spec.release < serving))?.spec
    .release;
}
