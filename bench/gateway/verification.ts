import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "undici";
import { h1OfMod } from "../../src/gateway/checksums.ts";
import { ModuleError } from "../../src/gomod/error.ts";
import * as note from "../../src/gomod/note.ts";
import * as sumdb from "../../src/gomod/sumdb.ts";
import { hashModuleZip } from "../../src/storage/moduleZip.ts";
import { DatabaseServer } from "../../test/gomod/databaseServer.ts";
import { nodeCrypto, sha256 } from "../../test/gomod/nodeNote.ts";
import { filePath } from "../../test/harness/escaped.ts";
import { FaultyUpstream } from "../../test/harness/faultyUpstream.ts";
import { freePort } from "../../test/harness/freePort.ts";
import { testModule, type TestModule } from "../../test/harness/testModule.ts";
import { planCores } from "./cores.ts";
import { isPeer } from "./peer.ts";
import { fairlead } from "./peers/fairlead.ts";
import { median } from "./samples.ts";
import { Server } from "./server.ts";

const count = 240;
const bytes = 500_000;
const rounds = 5;
const atOnce = 8;
const aim = 1.05;

/** A cold download of many modules with and without a checksum database, in turns; the result as Markdown. */
export async function measureVerification(scratch: string): Promise<string> {
  const modules = Array.from({ length: count }, (_, i) =>
    testModule(`example.com/m${i}`, "v1.0.0", { ballast: bytes }),
  );
  await using upstream = await FaultyUpstream.start(...modules);
  const keys = await note.generateKey(Buffer.alloc(32, 5), "sum.example.com", nodeCrypto);
  const known = new Map<string, string>();
  for (const module of modules) known.set(`${module.path}@${module.version}`, await linesOf(module, scratch));
  const ops = new sumdb.TestServer({
    signer: await note.newSigner(keys.signerKey, nodeCrypto),
    sha256,
    gosum(path, version) {
      const lines = known.get(`${path}@${version}`);
      if (lines === undefined) return Promise.reject(new ModuleError("notFound", "no such module"));
      return Promise.resolve(Buffer.from(lines));
    },
  });
  // As a database that has them all: one that grew with each lookup would have a new tree to be proven each time.
  for (const module of modules) await ops.lookup(module);
  await using database = await DatabaseServer.start(ops);
  const times: Record<"on" | "off", number[]> = { on: [], off: [] };
  for (let round = 0; round < rounds; round++) {
    times.off.push(await download(scratch, upstream.url, modules, "off"));
    times.on.push(await download(scratch, upstream.url, modules, `${keys.verifierKey} ${database.url}`));
  }
  const [on, off] = [median(times.on) ?? 0, median(times.off) ?? 1];
  process.stderr.write(`verification: ${on.toFixed(2)} s, without ${off.toFixed(2)} s\n`);
  const verdict = on / off <= aim ? "reached" : "**missed**";
  return `${count} modules of ${bytes / 1e6} MB, ${atOnce} at a time, into an empty cache from a source and a database on this machine, medians of
${rounds} rounds in turns: ${off.toFixed(2)} s without, ${on.toFixed(2)} s with every .mod and zip proven, ${(on / off).toFixed(2)} times as long (aim ≤ ${aim}: ${verdict}).`;
}

async function linesOf({ path, version, mod, zip }: TestModule, scratch: string): Promise<string> {
  const file = join(scratch, "module.zip");
  writeFileSync(file, zip);
  const line = `${path} ${version}`;
  return `${line} ${await hashModuleZip(file, path, version)}\n${line}/go.mod ${h1OfMod(mod)}\n`;
}

/** In seconds. */
async function download(
  scratch: string,
  upstream: string,
  modules: readonly TestModule[],
  database: string,
): Promise<number> {
  const peer = await fairlead();
  if (!isPeer(peer)) throw new Error(peer.reason);
  const data = mkdtempSync(join(scratch, "data-"));
  const port = await freePort();
  const log = join(data, "bench.log");
  const { argv, env } = peer.command({ data, scratch: data, port, upstream, warm: false, accessLog: log });
  await using server = await Server.start({
    name: peer.name,
    argv,
    env: { ...env, FAIRLEAD_GATEWAY_VERIFY_DATABASE: database },
    core: planCores().server,
    port,
    log,
    readyPath: peer.readyPath,
    ended: () => rmSync(data, { recursive: true, force: true }),
  });
  const targets = modules.flatMap(({ path, version }) =>
    (["info", "mod", "zip"] as const).map((kind) => server.origin + filePath(path, version, kind)),
  );
  const start = performance.now();
  const queue = targets.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const target of queue) {
        const { statusCode, body } = await request(target);
        await body.dump({ limit: 1 << 30 });
        if (statusCode !== 200) throw new Error(`${target}: ${statusCode}`);
      }
    }),
  );
  return (performance.now() - start) / 1000;
}
