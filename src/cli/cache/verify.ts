import { type Damage, damagedVersions } from "../../gateway/cacheCheck.ts";
import { removeVersion } from "../../gateway/cacheRemoval.ts";
import { withCacheStores } from "../../gateway/cacheStores.ts";
import { blobsIn } from "../../gateway/dataFolder.ts";
import { startInProcess } from "../../gateway/inProcess.ts";
import type { GatewaySettings } from "../../config/gatewaySettings.ts";
import { exitCode } from "../exitCode.ts";
import { gatewayOptions } from "../gatewayOptions.ts";
import { LiveArea } from "../print/liveArea.ts";
import { printJson } from "../print/format.ts";
import { type CacheFlags, cacheSettings, orOutside } from "./settings.ts";

/** Checks every file of the cache; `repair` fetches again what is damaged. */
export async function verify(flags: CacheFlags, repair: boolean): Promise<void> {
  const settings = cacheSettings(flags);
  const { checked, damages } = await orOutside(() => check(settings.data));
  const repaired = repair && damages.length > 0 ? await orOutside(() => refetch(settings, damages)) : undefined;
  const rows = damages.map((damage) => {
    const { version, files, problem } = damage;
    return { module: version.module, version: version.version, files, problem, repair: repaired?.get(damage) };
  });
  if (flags.json === true) {
    printJson({ data: settings.data, checked, damaged: rows });
  } else {
    for (const row of rows) {
      console.log(`${row.module}@${row.version}: ${row.problem}${row.repair === undefined ? "" : `; ${row.repair}`}`);
    }
    console.log(`${checked} versions checked, ${rows.length === 0 ? "none" : rows.length} damaged`);
    if (!repair && rows.length > 0)
      console.log("fairlead cache repair removes the damaged files and fetches them again");
  }
  if (rows.some((row) => row.repair !== fetched)) process.exitCode = exitCode.findings;
}

const fetched = "fetched again";

async function check(data: string): Promise<{ checked: number; damages: Damage[] }> {
  const area = process.stderr.isTTY ? new LiveArea(process.stderr) : undefined;
  let checked = 0;
  const damages = [];
  const onChecked = (): void => {
    if (++checked % 50 === 0) area?.show([`checking the cache: ${checked} versions so far`]);
  };
  for await (const damage of damagedVersions(blobsIn(data), onChecked)) damages.push(damage);
  area?.clear();
  return { checked, damages };
}

/** Removes the damaged files and asks a gateway for them: it fetches what is not there. */
async function refetch(settings: GatewaySettings, damages: readonly Damage[]): Promise<Map<Damage, string>> {
  const { options } = await gatewayOptions({ ...settings, insecureOpen: true });
  const results = new Map<Damage, string>();
  await withCacheStores(settings.data, async (stores) => {
    for (const damage of damages) {
      const removed = await removeVersion(stores, damage.version, damage.files);
      if (!removed) results.set(damage, "being fetched just now, so left alone");
    }
  });
  const gateway = await startInProcess({ ...options, host: "127.0.0.1", port: 0, logLevel: "silent" });
  try {
    for (const damage of damages) {
      if (results.has(damage)) continue;
      const failures = [];
      for (const kind of damage.files.filter((each) => each !== "ziphash")) {
        const answer = await fetch(`${gateway.url}/${damage.version.key}.${kind}`);
        const bytes = await answer.bytes();
        if (answer.status !== 200) failures.push(new TextDecoder().decode(bytes.subarray(0, 300)).split("\n")[1] ?? "");
      }
      results.set(
        damage,
        failures.length === 0 ? fetched : `removed, and could not be fetched again: ${failures.join("; ")}`,
      );
    }
    return results;
  } finally {
    await gateway.stop();
  }
}
