// A cache of 100,000 versions (3,000 in ordinary runs): starting looks at none of them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FairleadServer } from "../harness/fairleadServer.ts";

const versions = process.env["FAIRLEAD_LONG"] === undefined ? 3_000 : 100_000;
const versionsOfOne = 50;

test(`starts on a cache of ${versions} versions, and serves from it`, async () => {
  await using fairlead = await FairleadServer.start({ upstream: "off" });
  await fairlead.stop();
  for (let module = 0; module < versions / versionsOfOne; module++) fill(fairlead.data, module);

  const start = performance.now();
  await fairlead.start("--offline");
  console.log(`ready after ${((performance.now() - start) / 1000).toFixed(2)} s on a cache of ${versions} versions`);

  const last = versions / versionsOfOne - 1;
  const mod = await fairlead.get(`/example.com/m${last}/@v/v1.49.0.mod`);
  expect(mod.body.toString()).toBe(`module example.com/m${last}\n`);
  const list = await fairlead.get(`/example.com/m${last}/@v/list`);
  expect(list.body.toString().trimEnd().split("\n")).toHaveLength(versionsOfOne);
  const latest = await fairlead.get(`/example.com/m${last}/@latest`);
  expect(latest.body.toString()).toContain('"v1.49.0"');
});

function fill(data: string, number: number): void {
  const folder = join(data, "modules", "example.com", `m${number}`, "@v");
  mkdirSync(folder, { recursive: true });
  for (let minor = 0; minor < versionsOfOne; minor++) {
    const info = `{"Version":"v1.${minor}.0","Time":"2026-01-01T00:00:00Z"}`;
    writeFileSync(join(folder, `v1.${minor}.0.info`), info);
    writeFileSync(join(folder, `v1.${minor}.0.mod`), `module example.com/m${number}\n`);
  }
}
