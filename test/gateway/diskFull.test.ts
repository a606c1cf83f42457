// A full disk: what is cached is served on, what needs space is refused with words that say so, and nothing is broken
// once there is space again.
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedFiles, partFiles } from "../harness/cacheFolder.ts";
import { filePath } from "../harness/escaped.ts";
import { CutError, orCut } from "../harness/exchange.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { testModule, type TestModule } from "../harness/testModule.ts";
import { Tmpfs } from "../harness/tmpfs.ts";
import { usefulText } from "../harness/usefulText.ts";

const version = "v1.0.0";
const kinds = ["info", "mod", "zip"] as const;

test("a full disk", async ({ skip }) => {
  const mounted = await Tmpfs.mount("48m");
  if (typeof mounted === "string") return void skip(mounted);
  await using disk = mounted;
  const cached = testModule("example.com/cached", version, { ballast: 3 << 20 });
  const later = testModule("example.com/later", version, { ballast: 1 << 20 });
  const streamed = testModule("example.com/streamed", version, { ballast: 6 << 20 });
  await using upstream = await FaultyUpstream.start(cached, later, streamed);
  const data = join(disk.path, "data");
  await using fairlead = await FairleadServer.start({
    upstream: upstream.url,
    data,
    settings: "holdZipsUpTo: 4MiB\nmemory: 0B\nretries: 0",
  });
  await expectAll(fairlead, cached);
  expect((await fairlead.get("/example.com/cached/@v/list")).status).toBe(200);

  const ballast = join(disk.path, "ballast");
  await fill(ballast);
  for (const _ of [1, 2, 3]) {
    const refused = await fairlead.get(filePath(later.path, version, "zip"));
    expect(refused.status).toBe(507);
    expect(usefulText(refused)).toMatch(/no space left/);
    // Its start may have left already; then it is cut.
    const cut = await fairlead.get(filePath(streamed.path, version, "zip")).catch(orCut);
    if (!(cut instanceof CutError)) expect(cut.status).toBe(507);
    // A hit needs no space.
    await expectAll(fairlead, cached);
    expect((await fairlead.get("/example.com/cached/@v/list")).status).toBe(200);
    for (const page of ["/healthz", "/readyz", "/metrics"]) expect((await fairlead.get(page)).status).toBe(200);
  }
  // Small files are checked in memory: they are good with or without a disk, or refused for its sake, but no 404.
  for (const kind of ["info", "mod"] as const) {
    const answer = await fairlead.get(filePath(later.path, version, kind));
    if (answer.status === 200) expect(answer.body.equals(later[kind])).toBe(true);
    else expect([answer.status, usefulText(answer)]).toEqual([507, expect.stringMatching(/no space left/)]);
  }
  expect(fairlead.workerPids).toHaveLength(2);
  expect(fairlead.log).not.toContain("a worker died");
  expect(await partFiles(data)).toEqual([]);
  expect((await cachedFiles(data)).filter((file) => file.endsWith(".ziphash"))).toEqual([
    `example.com/cached/@v/${version}.ziphash`,
  ]);

  await rm(ballast);
  for (const module of [cached, later, streamed]) await expectAll(fairlead, module);

  // Full again, and then the power fails: the next start, on a disk still full, serves what is there.
  await fill(ballast);
  await fairlead.kill9();
  await fairlead.start();
  for (const module of [cached, later, streamed]) await expectAll(fairlead, module);
  await rm(ballast);
  const last = testModule("example.com/last", version, { ballast: 1 << 20 });
  upstream.add(last);
  await expectAll(fairlead, last);
  await fairlead.stop();
});

async function expectAll(fairlead: FairleadServer, module: TestModule): Promise<void> {
  for (const kind of kinds) {
    const answer = await fairlead.get(filePath(module.path, version, kind));
    expect(answer.status, `${module.path} .${kind}: ${answer.body.subarray(0, 300).toString("utf8")}`).toBe(200);
    expect(answer.body.equals(module[kind])).toBe(true);
  }
}

/** Takes all the space there is, to the last page. */
async function fill(path: string): Promise<void> {
  const chunk = Buffer.alloc(4096);
  const large = Buffer.alloc(1 << 20);
  for (const bytes of [large, chunk]) {
    try {
      for (;;) await appendFile(path, bytes);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
  }
}
