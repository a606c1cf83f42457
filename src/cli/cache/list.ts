import { listFills, type CachedFile } from "../../gateway/cacheList.ts";
import { mirrorsIn } from "../../gateway/dataFolder.ts";
import { type MirrorFolder, mirrorFolders } from "../../gateway/direct/mirrorFolders.ts";
import { CommandError } from "../exitCode.ts";
import { bytesText } from "../print/bytes.ts";
import { printJson } from "../print/format.ts";
import { type CacheFlags, cacheSettings, orOutside } from "./settings.ts";

interface ListFlags extends CacheFlags {
  readonly state?: string;
  readonly sort?: string;
}

const states = ["CACHED", "DOWNLOADING", "PENDING", "FAILED", "QUARANTINED"] as const;

/** As they come they are by name. */
const orders = new Map<string, (files: readonly CachedFile[]) => readonly CachedFile[]>([
  ["name", (files) => files],
  ["size", (files) => files.toSorted((a, b) => (b.size ?? 0) - (a.size ?? 0))],
  ["hits", (files) => files.toSorted((a, b) => b.hits - a.hits)],
  ["age", (files) => files.toSorted((a, b) => (a.updatedAt < b.updatedAt ? -1 : a.updatedAt > b.updatedAt ? 1 : 0))],
]);

export async function list(module: string | undefined, flags: ListFlags): Promise<void> {
  const state = states.find((name) => name === flags.state?.toUpperCase());
  if (flags.state !== undefined && state === undefined) {
    throw new CommandError(`there is no state "${flags.state}"; the states are ${states.join(", ").toLowerCase()}`);
  }
  const { data } = cacheSettings(flags);
  const order = orders.get(flags.sort ?? "name");
  if (order === undefined)
    throw new CommandError(`there is no order "${flags.sort}"; the orders are ${[...orders.keys()].join(", ")}`);
  const found = await orOutside(() => listFills(data, { module, state }));
  const files = order(found);
  // They are no module's, and in no state.
  const mirrors = module === undefined && state === undefined ? await orOutside(() => mirrorsOf(data)) : [];
  if (flags.json === true) printJson({ data, files, mirrors });
  else print(files, mirrors, data);
}

type Mirror = Pick<MirrorFolder, "repository" | "bytes">;

async function mirrorsOf(data: string): Promise<readonly Mirror[]> {
  const found: Mirror[] = [];
  for await (const { repository, bytes } of mirrorFolders(mirrorsIn(data))) found.push({ repository, bytes });
  return found.sort((a, b) => b.bytes - a.bytes);
}

/** What was never a hit says nothing: it would be most of the list. */
function hitsText({ hits }: CachedFile): string {
  return hits === 0 ? "" : `${hits}×`;
}

function print(files: readonly CachedFile[], mirrors: readonly Mirror[], data: string): void {
  for (const { repository, bytes } of mirrors)
    console.log(`MIRROR      ${bytesText(bytes).padStart(10)} ${"".padStart(8)}  ${repository}`);
  if (files.length === 0 && mirrors.length === 0) {
    console.log(`Nothing there yet in ${data}.`);
    return;
  }
  for (const file of files) {
    const size =
      file.state === "CACHED"
        ? bytesText(file.size ?? 0)
        : file.state === "DOWNLOADING" && file.received !== null
          ? `${bytesText(file.received)}${file.total === null ? "" : ` of ${bytesText(file.total)}`}`
          : "";
    console.log(
      `${file.state.padEnd(11)} ${size.padStart(10)} ${hitsText(file).padStart(8)}  ${file.module}@${file.version} .${file.kind}${file.error === null ? "" : `\n            ${file.error.split("\n").join("\n            ")}`}`,
    );
  }
  const counts = states
    .map((state) => [state, files.filter((file) => file.state === state).length] as const)
    .filter(([, count]) => count > 0);
  console.log(
    `\n${counts.map(([state, count]) => `${count} ${state.toLowerCase()}`).join(", ")}; ${bytesText(files.reduce((sum, file) => sum + (file.size ?? 0), 0))} in ${data}`,
  );
}
