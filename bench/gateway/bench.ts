import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../test/harness/freePort.ts";
import type { Cores } from "./cores.ts";
import type { Corpus } from "./corpus.ts";
import type { Options } from "./options.ts";
import type { Peer } from "./peer.ts";
import type { Project } from "./project.ts";
import type { Samples } from "./samples.ts";
import { Server } from "./server.ts";

/** What all parts of one run share. */
export interface Bench {
  readonly options: Options;
  readonly cores: Cores;
  readonly corpus: Corpus;
  readonly project: Project;
  readonly peers: readonly Peer[];
  readonly samples: Samples;
  /** Removed at the end. */
  readonly scratch: string;
  /** As well, and in memory if the machine has such a place: what the go command writes, which is not what is measured. */
  readonly memoryScratch: string;
}

/** The peer's own data folder, holding the whole corpus; kept over the rounds of a part. */
export function seededData(bench: Bench, peer: Peer): string {
  const data = scratchFolder(bench, "data");
  peer.seed(bench.corpus.modules, data);
  return data;
}

export function scratchFolder({ scratch }: Pick<Bench, "scratch">, purpose: string): string {
  return mkdtempSync(join(scratch, `${purpose}-`));
}

/** Starts a peer on the server core. */
export async function startPeer(
  bench: Bench,
  peer: Peer,
  { data, upstream, warm }: { readonly data: string; readonly upstream: string; readonly warm: boolean },
): Promise<Server> {
  const scratch = scratchFolder(bench, "server");
  const temporary = join(scratch, "tmp");
  mkdirSync(temporary);
  const port = await freePort();
  const log = join(scratch, "log");
  const place = { data, scratch: temporary, port, upstream, warm, accessLog: join(scratch, "access.log") };
  const { argv, env } = peer.command(place);
  return Server.start({
    name: peer.name,
    argv,
    env,
    core: bench.cores.server,
    port,
    log,
    readyPath: peer.readyPath,
    ended: () => rmSync(scratch, { recursive: true, force: true }),
  });
}

/** A server, or a limit such as file://, and what one round of it is. */
export interface Subject {
  readonly name: string;
  readonly measure: () => Promise<void>;
}

/** Measures each subject in turn, round by round, so that whatever the machine does besides hits all alike. */
export async function inRounds(bench: Bench, part: string, subjects: readonly Subject[]): Promise<void> {
  const out = new Set<string>();
  for (let round = 1; round <= bench.options.rounds; round++) {
    for (const subject of subjects) {
      if (out.has(subject.name)) continue;
      const started = performance.now();
      try {
        await subject.measure();
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        process.stderr.write(
          `${part}: round ${round} of ${bench.options.rounds}, ${subject.name}: done in ${seconds} s\n`,
        );
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        process.stderr.write(`${part}: ${subject.name} is left out from here on: ${reason}\n`);
        bench.samples.failures.push({ part, subject: subject.name, reason });
        out.add(subject.name);
      }
    }
  }
}
