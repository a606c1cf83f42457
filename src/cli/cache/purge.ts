import { escapePath, escapeVersion } from "../../gomod/module.ts";
import { ModuleError } from "../../gomod/error.ts";
import { check } from "../../gomod/module.ts";
import { removeVersion } from "../../gateway/cacheRemoval.ts";
import { withCacheStores } from "../../gateway/cacheStores.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { printJson } from "../print/format.ts";
import { type CacheFlags, cacheSettings, orOutside } from "./settings.ts";

export async function purge(wanted: readonly string[], flags: CacheFlags): Promise<void> {
  const versions = wanted.map(parse);
  const { data } = cacheSettings(flags);
  const results = await orOutside(() =>
    withCacheStores(data, async (stores) => {
      const results = [];
      for (const { module, version, key } of versions) {
        const isThere = ["info", "mod", "zip"].some((kind) => stores.blobs.has(`${key}.${kind}`));
        const removed = isThere && (await removeVersion(stores, { module, key }));
        results.push({ module, version, result: removed ? "removed" : isThere ? "busy" : "absent" });
      }
      return results;
    }),
  );
  if (flags.json === true) printJson({ data, versions: results });
  else for (const { module, version, result } of results) console.log(`${module}@${version}: ${texts[result]}`);
  if (results.some(({ result }) => result === "busy")) process.exitCode = exitCode.findings;
}

const texts: Readonly<Record<string, string>> = {
  removed: "removed; a gateway that runs may serve it from memory until it is restarted",
  busy: "not removed, it is being fetched just now: try again when that is over",
  absent: "not in the cache",
};

function parse(text: string): { module: string; version: string; key: string } {
  const at = text.lastIndexOf("@");
  const [module, version] = [text.slice(0, at), text.slice(at + 1)];
  try {
    if (at < 1) throw new ModuleError("invalidVersion", "the version is missing: MODULE@VERSION");
    check(module, version);
    return { module, version, key: `${escapePath(module)}/@v/${escapeVersion(version)}` };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new CommandError(`${text}: ${error.message}`, exitCode.usage, { cause: error });
  }
}
