import { rmSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Bench, inRounds, scratchFolder, seededData, startPeer } from "./bench.ts";
import { cold, coldSmall, type Experiment, limits, warm } from "./experiments.ts";
import { goModDownload } from "./goDownload.ts";
import { Observation } from "./observation.ts";
import type { Peer } from "./peer.ts";
import type { PinnedUpstream } from "./pinnedUpstream.ts";
import { type Project, smallProject } from "./project.ts";

/** What is downloaded, and from where a server would get what it does not hold. */
interface Course {
  readonly experiment: Experiment;
  readonly project: Project;
  readonly upstream: string;
  /** Processor seconds so far of an upstream that is a process of ours. */
  readonly upstreamSeconds: () => number;
}

/** Seconds. Who takes longer falls out with that reason, so that the whole run ends in time. */
const within = 120;

/** `go mod download` with everything in the server's cache, beside the same from a folder. */
export async function downloadWarm(bench: Bench, upstream: string): Promise<void> {
  const course: Course = { experiment: warm, project: bench.project, upstream, upstreamSeconds: () => 0 };
  const folder = pathToFileURL(bench.corpus.modules).href;
  const proxies = bench.peers
    .filter((peer) => peer.fills)
    .map((peer) => ({ name: peer.name, peer, data: seededData(bench, peer) }));
  await inRounds(bench, "warm", [
    { name: limits.warm, measure: () => download(bench, course, limits.warm, folder, () => 0) },
    ...proxies.map(({ name, peer, data }) => ({
      name,
      measure: () => downloadThrough(bench, course, peer, data, true),
    })),
  ]);
}

/**
 * `go mod download` with an empty server before the recorded upstream, beside the same straight from that upstream. Of the
 * large project only through servers that need not fetch thousands of zips for it, of a small one through all.
 */
export async function downloadCold(bench: Bench, upstream: PinnedUpstream): Promise<void> {
  const proxies = bench.peers.filter((peer) => peer.fills);
  const frugal = proxies.filter((peer) => peer.fetchesModAlone);
  await downloadColdOf(bench, upstream, { experiment: cold, project: bench.project, proxies: frugal });
  await downloadColdOf(bench, upstream, { experiment: coldSmall, project: smallProject(), proxies });
}

async function downloadColdOf(
  bench: Bench,
  upstream: PinnedUpstream,
  what: { readonly experiment: Experiment; readonly project: Project; readonly proxies: readonly Peer[] },
): Promise<void> {
  const upstreamSeconds = (): number => upstream.processorSeconds;
  const course: Course = { ...what, upstream: upstream.url, upstreamSeconds };
  const direct = (): Promise<void> => download(bench, course, limits.cold, upstream.url, upstreamSeconds);
  const through = async (peer: Peer): Promise<void> => {
    const data = scratchFolder(bench, "cold");
    await downloadThrough(bench, course, peer, data, false);
    rmSync(data, { recursive: true, force: true });
  };
  await inRounds(bench, what.experiment.id, [
    { name: limits.cold, measure: () => recorded(bench, upstream, direct) },
    ...what.proxies.map((peer) => ({
      name: peer.name,
      measure: () => recorded(bench, upstream, () => through(peer)),
    })),
  ]);
}

/** What asked for something new, which is recorded by then, has measured the internet: it is measured again. */
async function recorded(bench: Bench, upstream: PinnedUpstream, measure: () => Promise<void>): Promise<void> {
  const before = await upstream.fetched();
  await measure();
  if ((await upstream.fetched()) === before) return;
  process.stderr.write("the upstream had to record more: once again\n");
  bench.samples.values.pop();
  await measure();
}

async function downloadThrough(bench: Bench, course: Course, peer: Peer, data: string, warm: boolean): Promise<void> {
  await using server = await startPeer(bench, peer, { data, upstream: course.upstream, warm });
  const ours = (): number => server.processorSeconds + course.upstreamSeconds();
  await download(bench, course, peer.name, server.origin, ours);
  bench.samples.memory.push({ part: course.experiment.id, subject: peer.name, bytes: server.peak });
}

/** `ours` as Observation takes it. */
async function download(
  bench: Bench,
  { experiment, project }: Course,
  subject: string,
  proxy: string,
  ours: () => number,
): Promise<void> {
  const scratch = scratchFolder({ scratch: bench.memoryScratch }, "download");
  try {
    const observation = new Observation(bench.cores, ours);
    const value = await goModDownload({ project: project.folder, proxy, core: bench.cores.client, scratch, within });
    bench.samples.values.push({ experiment: experiment.id, subject, value, observed: observation.end() });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
