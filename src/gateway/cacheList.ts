// What `fairlead cache ls` shows: the rows of all files that were ever asked for, with how far a download has come.

import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { databasePath, openDatabase, type FillState } from "../storage/database.ts";
import { storageError } from "../storage/storageError.ts";
import { blobsIn } from "./dataFolder.ts";
import { readHits } from "./hitCounts.ts";

export interface CachedFile {
  readonly module: string;
  readonly version: string;
  readonly kind: string;
  readonly state: FillState;
  /** Bytes, once CACHED. */
  readonly size: number | null;
  /** Bytes received and expected of a large zip that is DOWNLOADING. */
  readonly received: number | null;
  readonly total: number | null;
  /** Which source it came from. */
  readonly source: string | null;
  /** Why it FAILED, as the client was told. */
  readonly error: string | null;
  /** ISO 8601. */
  readonly updatedAt: string;
  /** How often it was served without a source being asked. */
  readonly hits: number;
  /** When that was last; ISO 8601. */
  readonly lastHitAt: string | null;
}

/** Files by module path, version and kind. `module` keeps that path and those below it. Throws StorageError. */
export async function listFills(
  dataFolder: string,
  filter: { module?: string | undefined; state?: FillState | undefined },
): Promise<readonly CachedFile[]> {
  const path = databasePath(dataFolder);
  if (!existsSync(path)) return [];
  try {
    const database = openDatabase(path);
    let query = database.selectFrom("fills").selectAll().orderBy("module").orderBy("version").orderBy("kind");
    if (filter.state !== undefined) query = query.where("state", "=", filter.state);
    const { module } = filter;
    // Bounds, not LIKE: a module path may hold `_`.
    if (module !== undefined)
      query = query.where((e) =>
        e.or([e("module", "=", module), e.and([e("module", ">", `${module}/`), e("module", "<", `${module}0`)])]),
      );
    const rows = await query.execute();
    const hits = await readHits(database);
    await database.destroy();
    const blobs = blobsIn(dataFolder);
    return await Promise.all(
      rows.map(async ({ key, module, version, kind, state, size, part, total, source, error, updated_at }) => {
        const received =
          part === null
            ? null
            : await stat(blobs.partPath(part)).then(
                (file) => file.size,
                () => null,
              );
        return {
          module,
          version,
          kind,
          state,
          size,
          received,
          total,
          source,
          error,
          updatedAt: new Date(updated_at).toISOString(),
          hits: hits.get(key)?.count ?? 0,
          lastHitAt: isoOf(hits.get(key)?.last),
        };
      }),
    );
  } catch (error) {
    throw storageError(`reading ${path}`, error);
  }
}

function isoOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
