import { DeliveryError } from "../deliveryError.ts";
import { removeContainer, runContainer, startContainer, stopContainer } from "../hosts/containers.ts";
import { withEvent, withVerdict } from "../release/record.ts";
import type { Verdict } from "../release/release.ts";
import { replaceBy, routeTo } from "./activate.ts";
import { awaitHealthy } from "./health.ts";
import type { HostSession } from "./hostSession.ts";

export interface Reversal {
  /** What became of the release that is left, and why. */
  readonly verdict: Verdict;
  readonly reason: string;
  readonly by: string;
  readonly now: () => Date;
}

/**
 * Takes an open deploy back on one host: the release from before serves again, with its own digest and settings. Its
 * container still stands beside the new one, so that one switch does it; only where somebody has removed it, it is run
 * anew from the record. The container that is left is stopped and stays, for its log, until the next release.
 *
 * Resolves to the release that serves, undefined for none (there was none before).
 *
 * @throws DeliveryError, SshError
 */
export async function revert(session: HostSession, reversal: Reversal): Promise<string | undefined> {
  const { open } = session.record;
  if (open === undefined) return session.record.serving;
  const { release, from } = open;
  const touched = open.phase !== "preparing";
  if (from !== undefined && touched) {
    await session.update((record) => ({ ...record, open: { ...open, phase: "reverting" } }));
    await serveAgain(session, from);
  }
  // A first release that was found bad has nothing to give way to: it goes on serving, as bad as it is.
  const stays = from === undefined && (open.phase === "serving" || session.record.serving === release);
  if (!stays) await leave(session, release);
  const serving = stays ? release : from;
  const at = reversal.now().toISOString();
  const what = `back from ${release} to ${serving ?? "nothing"}: ${reversal.reason}`;
  await session.update((record) => {
    const judged = open.kind === "deploy" ? withVerdict(record, release, reversal.verdict, reversal.reason) : record;
    return withEvent({ ...judged, serving, open: undefined }, { at, by: reversal.by, what });
  });
  return serving;
}

async function serveAgain(session: HostSession, from: string): Promise<void> {
  const { spec } = session.entry(from);
  if (spec.strategy === "recreate") {
    const port = await replaceBy(session, spec, false);
    await awaitHealthy(session.site, spec, port, new AbortController().signal);
    return;
  }
  await session.refresh();
  const container = session.container(from);
  if (container?.status === "running" && container.port !== undefined) {
    await routeTo(session, spec, container.port);
    return;
  }
  if (container?.status !== "exited" || !(await startContainer(session.site, from)))
    await removeContainer(session.site, from);
  const port = await runContainer(session.site, spec);
  await awaitHealthy(session.site, spec, port, new AbortController().signal);
  await routeTo(session, spec, port);
}

/** Stops what is left. A failure here is no reason to hold the way back open: users are served. */
async function leave(session: HostSession, release: string): Promise<void> {
  try {
    await stopContainer(session.site, release, session.entry(release).spec.drain);
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.code === "lock-lost") throw error;
  }
}
