import { parseDuration } from "../../config/duration.ts";
import { InvalidValue } from "../../config/invalidValue.ts";
import { parseSize } from "../../config/size.ts";
import { nameOfRemoved, prune as pruneCache } from "../../gateway/cacheRemoval.ts";
import { withCacheStores } from "../../gateway/cacheStores.ts";
import { CommandError } from "../exitCode.ts";
import { bytesText } from "../print/bytes.ts";
import { printJson } from "../print/format.ts";
import { type CacheFlags, cacheSettings, orOutside } from "./settings.ts";

export interface PruneFlags extends CacheFlags {
  readonly keep?: string;
  readonly maxSize?: string;
  readonly dryRun?: boolean;
}

export async function prune(flags: PruneFlags): Promise<void> {
  const limits = {
    keepMs: parse("--keep", flags.keep, parseDuration),
    maxBytes: parse("--max-size", flags.maxSize, parseSize),
  };
  if (limits.keepMs === undefined && limits.maxBytes === undefined) {
    throw new CommandError("say what is too much: --keep 30d, --max-size 50GB, or both");
  }
  const dryRun = flags.dryRun === true;
  const { data } = cacheSettings(flags);
  const { removed, kept, busy } = await orOutside(() =>
    withCacheStores(data, (stores) => pruneCache(stores, limits, dryRun)),
  );
  const freed = removed.reduce((sum, { bytes }) => sum + bytes, 0);
  if (flags.json === true) {
    return printJson({ data, dryRun, removed, freed, kept, busy });
  }
  if (dryRun) for (const what of removed) console.log(`${bytesText(what.bytes).padStart(9)}  ${nameOfRemoved(what)}`);
  const done = dryRun ? "would go" : "removed";
  const mirrors = removed.filter((what) => "repository" in what).length;
  const gone = `${removed.length - mirrors} versions${mirrors === 0 ? "" : ` and ${mirrors} mirrors of repositories`}`;
  const stay = `${kept.versions}${kept.mirrors === 0 ? "" : ` and ${kept.mirrors} mirrors`}`;
  console.log(`${gone} ${done}, ${bytesText(freed)}; ${stay} stay, ${bytesText(kept.bytes)} in ${data}`);
  if (busy > 0) console.log(`${busy} are being fetched or were used just now, and stay`);
}

function parse(flag: string, text: string | undefined, parse: (text: string) => number): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new CommandError(`${flag}: ${error.message}`);
  }
}
