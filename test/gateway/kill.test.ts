// kill -9 at any moment: nothing half written ever counts, and the next start serves everything.
//
// A run is a number of rounds on one data folder. In each, clients ask for modules that nobody asked for before, and at
// a random moment a worker, the primary, or everything is killed. Then what is on disk is compared, byte by byte, with
// what the upstream has; the server is started again, and every request must succeed. At the end the go command, which
// knows nothing of this server, reads the whole cache and computes its checksums.
//
// A sample of moments in every run; FAIRLEAD_LONG=1 takes more than two hundred and writes docs/evidence/kill.md.
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { cachedFiles, partFiles, readCached } from "../harness/cacheFolder.ts";
import { escaped, filePath } from "../harness/escaped.ts";
import { writeEvidence } from "../harness/evidence.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { machineGo } from "../harness/goTools.ts";
import { seededRandom } from "../harness/seededRandom.ts";
import { testModule, type TestModule } from "../harness/testModule.ts";

const long = process.env["FAIRLEAD_LONG"] === "1";
const rounds = long ? 210 : 12;
const seed = Number(process.env["FAIRLEAD_SEED"] ?? (long ? Date.now() % 1e6 : 20_24));
const modulesPerRound = 8;
const kinds = ["info", "mod", "zip"] as const;
/** Above this a zip streams while it is downloaded. Bytes. */
const holdZipsUpTo = 128 * 1024;

const victims = ["worker", "worker", "primary", "all"] as const;
type Victim = (typeof victims)[number];

interface Tally {
  readonly killed: Record<Victim, number>;
  /** Answers by what became of them. */
  whole: number;
  broken: number;
  refused: number;
  /** Files that were in the cache right after a kill, all whole. */
  compared: number;
  /** Half-written downloads that a kill left, and the next start cleared away. */
  parts: number;
  /** Kills that hit at least one download in the middle. */
  inTheMiddle: number;
}

test(`${rounds} kills at random moments (seed ${seed})`, { timeout: long ? 3_600_000 : 180_000 }, async ({ skip }) => {
  const go = machineGo() ?? skip("the go command is not installed");
  const random = seededRandom(seed);
  const tally: Tally = {
    killed: { worker: 0, primary: 0, all: 0 },
    whole: 0,
    broken: 0,
    refused: 0,
    compared: 0,
    parts: 0,
    inTheMiddle: 0,
  };
  const everything = new Map<string, TestModule>();
  await using upstream = await FaultyUpstream.start();
  await using fairlead = await FairleadServer.start({
    upstream: upstream.url,
    settings: `holdZipsUpTo: ${holdZipsUpTo}B\nlog: { access: false }`,
  });

  for (let round = 0; round < rounds; round++) {
    const modules = Array.from({ length: modulesPerRound }, (_, i) => randomModule(round, i, random));
    for (const module of modules) {
      everything.set(`${escaped(module.path)}/@v/${module.version}`, module);
      upstream.add(module);
      // Slow enough that a kill finds downloads under way.
      const bytesPerSecond = 200_000 + random() * 5_000_000;
      upstream.failAlways(filePath(module.path, module.version, "zip"), { kind: "slow", bytesPerSecond });
    }
    const herd = modules.flatMap((module) => kinds.map((kind) => ask(fairlead, module, kind, tally)));
    await sleep(random() * 700);
    const victim = victims[Math.floor(random() * victims.length)] ?? "all";
    await kill(fairlead, victim, random);
    tally.killed[victim]++;
    await Promise.all(herd);

    if (victim !== "worker") {
      const parts = (await downloadParts(fairlead.data)).length;
      tally.parts += parts;
      if (parts > 0) tally.inTheMiddle++;
      tally.compared += await compareAll(fairlead.data, everything, `v1.${round}.0`);
      await fairlead.start();
      expect(await downloadParts(fairlead.data), "half-written downloads are cleared away").toEqual([]);
    }
    for (const module of modules) {
      upstream.fail(filePath(module.path, module.version, "zip"));
    }
    await Promise.all(
      modules.flatMap((module) =>
        kinds.map((kind) => expectWhole(fairlead, module, kind, `after kill ${round}, of ${victim}`)),
      ),
    );
  }

  await fairlead.stop();
  const last = await compareAll(fairlead.data, everything);
  expect(last).toBe(everything.size * 4);
  expect(await downloadParts(fairlead.data)).toEqual([]);

  await using sandbox = await GoSandbox.create({
    go,
    proxy: `file://${fairlead.data}/modules`,
    env: { GONOSUMDB: "example.com", GOFLAGS: "-modcacherw -mod=mod" },
  });
  const hashes = await hashesByGo(sandbox, [...everything.values()]);
  for (const [key, module] of everything) {
    const stored = (await readCached(fairlead.data, `${key}.ziphash`)).toString("utf8").trim();
    expect(stored, key).toBe(hashes.get(`${module.path}@${module.version}`));
  }

  const report = describe(tally, everything.size);
  console.log(report);
  if (long) await writeEvidence("kill", evidence(report, go.version));
});

function randomModule(round: number, index: number, random: () => number): TestModule {
  // From a few hundred bytes to a megabyte, small ones more often: both the held back and the streamed way.
  const ballast = Math.floor(random() ** 3 * 1_000_000);
  return testModule(`example.com/Kill/m${index}`, `v1.${round}.0`, { ballast });
}

/** Asks while servers die: an answer is whole, or it is visibly none. */
async function ask(
  fairlead: FairleadServer,
  module: TestModule,
  kind: (typeof kinds)[number],
  tally: Tally,
): Promise<void> {
  let answer;
  try {
    answer = await fairlead.get(filePath(module.path, module.version, kind), { timeout: 30_000 });
  } catch {
    tally.broken++;
    return;
  }
  if (answer.status === 200) {
    expect(answer.body.equals(module[kind]), `${module.path}@${module.version} .${kind} while servers die`).toBe(true);
    tally.whole++;
  } else {
    expect(answer.status, "an outage is never a 404").toBeGreaterThanOrEqual(500);
    tally.refused++;
  }
}

async function kill(fairlead: FairleadServer, victim: Victim, random: () => number): Promise<void> {
  if (victim === "all") return fairlead.kill9();
  if (victim === "primary") return fairlead.kill9Primary();
  const pids = fairlead.workerPids;
  const pid = pids[Math.floor(random() * pids.length)];
  if (pid !== undefined) process.kill(pid, "SIGKILL");
}

/** Compares the files of the cache (all, or those of one version) with what the upstream has; resolves to how many. */
async function compareAll(data: string, everything: ReadonlyMap<string, TestModule>, version = ""): Promise<number> {
  let count = 0;
  for (const file of await cachedFiles(data)) {
    const { key = "", kind } = /^(?<key>.+)\.(?<kind>info|mod|zip|ziphash)$/.exec(file)?.groups ?? {};
    if (file.endsWith("/@v/list") || !key.endsWith(version)) continue;
    const module = everything.get(key);
    if (module === undefined) throw new Error(`a file that nobody asked for: ${file}`);
    const bytes = await readCached(data, file);
    if (kind === "info" || kind === "mod" || kind === "zip") {
      expect(bytes.equals(module[kind]), file).toBe(true);
    } else {
      expect(bytes.toString("utf8"), file).toMatch(/^h1:[A-Za-z0-9+/]{43}=\n?$/);
      // Written last: where it is, the zip is.
      expect((await readCached(data, `${key}.zip`)).equals(module.zip), file).toBe(true);
    }
    count++;
  }
  return count;
}

/** Half-written downloads. Small files are written in one go, and have no dot in their names until they have their own. */
async function downloadParts(data: string): Promise<string[]> {
  return (await partFiles(data)).filter((name) => name.includes("."));
}

async function expectWhole(
  fairlead: FairleadServer,
  module: TestModule,
  kind: (typeof kinds)[number],
  when: string,
): Promise<void> {
  const path = filePath(module.path, module.version, kind);
  const ask = () => fairlead.get(path, { timeout: 30_000 });
  // After a restart every request must succeed, the first as well.
  const answer = await (when.endsWith("worker") ? persistently(ask) : ask()).catch((error: unknown) => {
    throw new Error(`${path} ${when}: ${String(error)}`, { cause: error });
  });
  expect(answer.status, `${path} ${when}: ${answer.body.subarray(0, 300).toString("utf8")}`).toBe(200);
  expect(answer.body.equals(module[kind]), `${path} ${when}`).toBe(true);
}

/** Two kills in a row can take both workers: until one is back nobody listens, and clients come again. */
async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 5000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if ((code !== "ECONNREFUSED" && code !== "ECONNRESET") || Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

/** The h1 hashes that the go command computes from the cache's zips, by module@version. */
async function hashesByGo(sandbox: GoSandbox, modules: readonly TestModule[]): Promise<Map<string, string>> {
  const cwd = await sandbox.emptyModule();
  const names = modules.map(({ path, version }) => `${path}@${version}`);
  const hashes = new Map<string, string>();
  for (let at = 0; at < names.length; at += 200) {
    const run = await sandbox.run(["mod", "download", "-json", ...names.slice(at, at + 200)], cwd);
    expect(run.exitCode, run.stderr + run.stdout).toBe(0);
    for (const [, path, version, sum] of run.stdout.matchAll(
      /"Path": "([^"]+)",\s+"Version": "([^"]+)"[^}]*?"Sum": "([^"]+)"/g,
    )) {
      hashes.set(`${path}@${version}`, String(sum));
    }
  }
  expect(hashes.size).toBe(names.length);
  return hashes;
}

function describe(tally: Tally, versions: number): string {
  const { killed, whole, broken, refused, compared, parts, inTheMiddle } = tally;
  const total = killed.worker + killed.primary + killed.all;
  return [
    `${total} kills (seed ${seed}): ${killed.worker} of a worker, ${killed.primary} of the primary, ${killed.all} of everything; ${inTheMiddle} of the latter two left half-written downloads (${parts}), all cleared away at the next start`,
    `${whole + broken + refused} requests while processes died: ${whole} whole and right, ${broken} visibly broken off, ${refused} refused with 5xx, none wrong`,
    `${compared} cached files compared with the upstream's bytes right after a kill: all whole`,
    `${versions * kinds.length} requests after the restarts: all answered, all right`,
    `${versions} versions read from the folder by the go command at the end (GOPROXY=file://): every zip whole, every .ziphash its own`,
  ].join("\n");
}

function evidence(report: string, goVersion: string): string {
  return `# kill -9 at random moments

Written by \`make test-long\` (test/gateway/kill.test.ts) on ${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node}, ${goVersion}, ${cpus().length} cores.
Repeat it with \`FAIRLEAD_LONG=1 FAIRLEAD_SEED=${seed} vitest run --project e2e test/gateway/kill.test.ts\`.

${report
  .split("\n")
  .map((line) => `- ${line}`)
  .join("\n")}
`;
}
