// What each step of a plan does on its host. Every step may be called again after it was done, or half done.
import { DeliveryError } from "../deliveryError.ts";
import { pullImage, type RegistryAccess } from "../hosts/image.ts";
import { prune, saveSettings } from "../hosts/hostFiles.ts";
import { runContainer, stopContainer } from "../hosts/containers.ts";
import {
  findRelease,
  type HostRecord,
  keptReleases,
  type Phase,
  trimmed,
  withEvent,
  withReleaseFirst,
  withVerdict,
} from "../release/record.ts";
import { imageReference, type Verdict } from "../release/release.ts";
import { awaitDrained, replaceBy, routeTo } from "./activate.ts";
import { awaitHealthy } from "./health.ts";
import type { HostSession } from "./hostSession.ts";
import type { DeployPlan } from "./plan.ts";

export interface StepContext {
  readonly plan: DeployPlan;
  /** The settings in the engine's form. */
  readonly settingsText: string;
  readonly access: RegistryAccess;
  readonly by: string;
  readonly signal: AbortSignal;
  /** Says what was found or done, in a few words. */
  readonly say: (host: string, text: string) => void;
  readonly now: () => Date;
}

/** This deploy has come to its end on this host: an earlier run of it has done everything. */
export function isDone({ record }: HostSession, { spec }: DeployPlan): boolean {
  return record.open === undefined && record.serving === spec.release;
}

function setPhase(session: HostSession, phase: Phase, serving: string | undefined): Promise<void> {
  return session.update((record) => ({
    ...record,
    serving,
    open: record.open === undefined ? undefined : { ...record.open, phase },
  }));
}

/** From here on the host knows of the deploy: whoever comes after a crash can go on, or back. */
export async function prepare(session: HostSession, { plan, settingsText, by, now }: StepContext): Promise<void> {
  const { spec, kind, id } = plan;
  const { open } = session.record;
  await saveSettings(session.site, spec.release, settingsText);
  if (open?.release === spec.release) return;
  const since = now().toISOString();
  await session.update((record) => {
    const known = findRelease(record, spec.release);
    const entry = known ?? { spec, verdict: "pending" as const, reason: "", samples: [] };
    const event = { at: since, by, what: `${kind} of ${spec.release}, from ${record.serving ?? "nothing"}` };
    const from = record.serving === spec.release ? undefined : record.serving;
    const opened = { id, kind, release: spec.release, from, phase: "preparing" as const, by, since };
    return withEvent({ ...withReleaseFirst(record, entry), open: opened }, event);
  });
}

export async function pull(session: HostSession, { plan, access, signal, say }: StepContext): Promise<void> {
  const got = await pullImage(session.host, session.place, plan.spec, access, signal);
  if (got === "present") say(session.name, "the image is there already");
}

/** Starts the new container; resolves to its port. */
export async function start(session: HostSession, { plan }: StepContext): Promise<number> {
  return runContainer(session.site, plan.spec);
}

/** `recreate`: between here and the new container's health nobody answers. */
export async function replace(session: HostSession, { plan }: StepContext): Promise<number> {
  if (session.record.open?.phase === "preparing") await setPhase(session, "switching", session.record.serving);
  return replaceBy(session, plan.spec, plan.kind === "deploy");
}

export async function healthy(session: HostSession, { plan, signal, say }: StepContext, port: number): Promise<void> {
  const { looks, milliseconds } = await awaitHealthy(session.site, plan.spec, port, signal);
  say(session.name, `healthy after ${(milliseconds / 1000).toFixed(1)} s${looks === 1 ? "" : `, ${looks} looks`}`);
}

export async function moveOver(session: HostSession, { plan }: StepContext, port: number): Promise<void> {
  const { spec } = plan;
  if (spec.strategy === "switch") {
    await setPhase(session, "switching", session.record.serving);
    await routeTo(session, spec, port);
  }
  await setPhase(session, "serving", spec.release);
}

/** Ends the deploy on this host: the old container may go, and what is no way back with it. */
export async function finish(
  session: HostSession,
  keep: number,
  judged: { readonly verdict: Verdict; readonly reason: string } | undefined,
): Promise<void> {
  const { open } = session.record;
  const release = open?.release ?? session.record.serving;
  if (release === undefined)
    throw new DeliveryError("record", `${session.name}: nothing serves, so nothing can be finished`);
  // The verdict before all else: what follows a crash from here on only tidies up.
  if (judged !== undefined)
    await session.update((record) => withVerdict(record, release, judged.verdict, judged.reason));
  const { spec } = session.entry(release);
  await session.refresh();
  if (spec.strategy === "switch") await awaitDrained(session, spec.drain);
  for (const { release: other, status } of session.state.containers) {
    if (other !== release && status !== "exited" && status !== "created") {
      await stopContainer(session.site, other, spec.drain);
    }
  }
  const before = session.record;
  const after = trimmed({ ...before, open: undefined }, keep);
  await prune(session.site, { serving: release, kept: keptReleases(after, keep), images: unkeptImages(after, keep) });
  await session.update(() => after);
}

function unkeptImages(record: HostRecord, keep: number): string[] {
  const kept = keptReleases(record, keep);
  const digests = new Set(record.releases.filter(({ spec }) => kept.has(spec.release)).map(({ spec }) => spec.digest));
  const gone = record.releases.filter(({ spec }) => !kept.has(spec.release) && !digests.has(spec.digest));
  return [...new Set(gone.map(({ spec }) => imageReference(spec)))];
}
