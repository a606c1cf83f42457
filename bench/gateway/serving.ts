import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "undici";
import { type Bench, inRounds, seededData, startPeer } from "./bench.ts";
import type { Corpus } from "./corpus.ts";
import { type LoadExperiment, loadExperiments } from "./experiments.ts";
import type { Peer } from "./peer.ts";
import type { Part } from "./options.ts";
import { Observation } from "./observation.ts";
import type { Sample } from "./samples.ts";
import type { Server } from "./server.ts";
import { type LoadSettings, wrk } from "./wrk.ts";

/** The parts `small` and `zip`: wrk against each server, everything it asks for being in the server's cache. */
export async function serve(bench: Bench, upstream: string): Promise<void> {
  const experiments = loadExperiments.filter(({ part }) => bench.options.only.has(part));
  if (experiments.length === 0) return;
  const paths = writePaths(bench, experiments);
  const subjects = bench.peers.map((peer) => {
    const data = seededData(bench, peer);
    return { name: peer.name, measure: () => serveRound(bench, peer, { data, upstream, experiments, paths }) };
  });
  await inRounds(bench, "serving", subjects);
}

interface Round {
  readonly data: string;
  readonly upstream: string;
  readonly experiments: readonly LoadExperiment[];
  readonly paths: (experiment: LoadExperiment) => string;
}

async function serveRound(bench: Bench, peer: Peer, { data, upstream, experiments, paths }: Round): Promise<void> {
  await using server = await startPeer(bench, peer, { data, upstream, warm: true });
  await checkAnswers(server, peer, bench.corpus, experiments);
  const warmed = new Set<Part>();
  for (const experiment of experiments) {
    const settings: LoadSettings = {
      origin: server.origin,
      paths: paths(experiment),
      connections: experiment.connections,
      headers: peer.headers,
      core: bench.cores.client,
      seconds: bench.options.seconds,
    };
    // What compiles as it runs does so before the clock starts; checkAnswers has filled every cache.
    if (!warmed.has(experiment.part)) await wrk({ ...settings, seconds: 1 });
    warmed.add(experiment.part);
    const attempt = async (): Promise<Sample> => {
      const observation = new Observation(bench.cores, () => server.processorSeconds);
      const sums = await wrk(settings);
      const value = (experiment.unit === "bytes/s" ? sums.bytes : sums.requests) / sums.seconds;
      return { experiment: experiment.id, subject: peer.name, value, observed: observation.end() };
    };
    bench.samples.values.push(await calmest(attempt));
  }
  bench.samples.memory.push({ part: "serving", subject: peer.name, bytes: server.peak });
}

const mostAttempts = 3;
/** In shares of a core. Less is what a machine does by itself. */
const calm = 0.1;

/** Measures again while others take too much of the machine, and keeps the attempt they disturbed least, whatever its value. */
async function calmest(attempt: () => Promise<Sample>): Promise<Sample> {
  let best = await attempt();
  for (let tries = 1; tries < mostAttempts && best.observed.others > calm; tries++) {
    const next = await attempt();
    if (next.observed.others < best.observed.others) best = next;
  }
  return best;
}

function writePaths(bench: Bench, experiments: readonly LoadExperiment[]): (experiment: LoadExperiment) => string {
  const folder = mkdtempSync(join(bench.scratch, "paths-"));
  const file = (experiment: LoadExperiment): string => join(folder, experiment.id);
  for (const experiment of experiments)
    writeFileSync(file(experiment), `${pathsOf(bench.corpus, experiment).join("\n")}\n`);
  return file;
}

function pathsOf(corpus: Corpus, { paths, onePath }: LoadExperiment): readonly string[] {
  const all = corpus.paths[paths];
  if (all.length === 0) throw new Error(`the corpus has nothing to ask for as ${paths}`);
  return onePath ? all.slice(0, 1) : all;
}

/** A server that is fast with wrong answers is not measured: everything that will be asked is compared with the corpus. */
async function checkAnswers(
  server: Server,
  peer: Peer,
  corpus: Corpus,
  experiments: readonly LoadExperiment[],
): Promise<void> {
  const asked = new Set(experiments.flatMap((experiment) => pathsOf(corpus, experiment)));
  for (const path of asked) {
    const answer = await request(server.origin + path, { headers: peer.headers });
    const body = Buffer.from(await answer.body.arrayBuffer());
    if (answer.statusCode !== 200)
      throw new Error(`GET ${path}: status ${answer.statusCode}: ${body.toString("utf8", 0, 300)}`);
    if (!sameAnswer(path, body, readFileSync(join(corpus.modules, path)))) {
      throw new Error(`GET ${path}: not what the file holds: ${body.toString("utf8", 0, 300)}`);
    }
  }
}

/** A list may come in another order. */
function sameAnswer(path: string, body: Buffer, file: Buffer): boolean {
  if (!path.endsWith("/list")) return body.equals(file);
  const versions = (list: Buffer): string => list.toString().trim().split("\n").sort().join(" ");
  return versions(body) === versions(file);
}
