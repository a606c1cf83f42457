import { Leases } from "../storage/leases.ts";
import type { CacheStores } from "./cacheRemoval.ts";
import { blobsIn, holderName, mirrorsIn, prepareDataFolder } from "./dataFolder.ts";

/** The stores of a data folder, for work on the cache from outside a gateway; a gateway may run meanwhile. */
export async function withCacheStores<T>(dataFolder: string, work: (stores: CacheStores) => Promise<T>): Promise<T> {
  const { database } = await prepareDataFolder(dataFolder);
  const leases = new Leases(database, holderName(process.pid));
  try {
    return await work({ blobs: blobsIn(dataFolder), database, leases, mirrors: mirrorsIn(dataFolder) });
  } finally {
    await leases.releaseAll();
    await database.destroy();
  }
}
