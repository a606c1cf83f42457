// `make bench`: Fairlead beside goproxy, Athens and nginx, in one run. See options.ts for what can be left out.
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "./bench.ts";
import { endCleanly } from "./cleanEnd.ts";
import { planCores } from "./cores.ts";
import { corpus } from "./corpus.ts";
import { downloadCold, downloadWarm } from "./downloading.ts";
import { describeMachine } from "./machine.ts";
import { type Options, parseOptions, usage } from "./options.ts";
import { type Absent, isPeer, type Peer } from "./peer.ts";
import { athens } from "./peers/athens.ts";
import { fairlead } from "./peers/fairlead.ts";
import { goproxy } from "./peers/goproxy.ts";
import { nginx } from "./peers/nginx.ts";
import { largestFixture, readProject } from "./project.ts";
import { PinnedUpstream } from "./pinnedUpstream.ts";
import { FolderUpstream } from "./folderUpstream.ts";
import { report } from "./report.ts";
import { Samples } from "./samples.ts";
import { serve } from "./serving.ts";
import { requireTools } from "./tools.ts";

const defaultOutput = fileURLToPath(new URL("../results/gateway.md", import.meta.url));

async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (typeof options === "number") return options;
  await requireTools(["taskset", "wrk", "go"]);
  const text = await measure(options);
  if (options.output === "-") {
    console.log(text);
  } else {
    const output = options.output ?? defaultOutput;
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, `${text}\n`);
    process.stderr.write(`written to ${output}\n`);
  }
  return 0;
}

function readOptions(argv: readonly string[]): Options | number {
  try {
    const options = parseOptions(argv);
    if (options !== "help") return options;
    console.log(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
}

async function measure(options: Options): Promise<string> {
  const machine = await describeMachine();
  const project = options.project === undefined ? largestFixture() : readProject(options.project);
  const found = await findPeers(options);
  const peers = found.filter(isPeer);
  const absent = found.filter((each): each is Absent => !isPeer(each));
  for (const { name, reason } of absent) process.stderr.write(`${name} is absent: ${reason}\n`);
  const scratch = mkdtempSync(join(tmpdir(), "fairlead-bench-run-"));
  const memoryScratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "fairlead-bench-run-"));
  endCleanly(scratch, memoryScratch);
  const samples = new Samples();
  const cores = planCores();
  const shared = { options, project, peers, samples, scratch, memoryScratch };
  const bench: Bench = { ...shared, cores, corpus: await corpus(project) };
  await runParts(bench);
  return report({ options, machine, project, peers, absent, samples });
}

async function findPeers(options: Options): Promise<(Peer | Absent)[]> {
  const all = [
    await fairlead(),
    await nginx({ cached: false }),
    await nginx({ cached: true }),
    await goproxy(),
    await athens(),
  ];
  const wanted = (name: string): boolean =>
    options.peers.some((part) => name.toLowerCase().includes(part.toLowerCase()));
  return options.peers.length === 0 ? all : all.filter(({ name }) => wanted(name));
}

async function runParts(bench: Bench): Promise<void> {
  const { options, corpus, cores } = bench;
  {
    await using upstream = await FolderUpstream.start(corpus.modules);
    await serve(bench, upstream.url);
    if (options.only.has("warm")) await downloadWarm(bench, upstream.url);
  }
  if (!options.only.has("cold")) return;
  await using upstream = await PinnedUpstream.start({ core: cores.upstream, latency: options.latency });
  await downloadCold(bench, upstream);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  return 3;
});
