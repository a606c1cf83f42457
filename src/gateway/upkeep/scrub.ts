// The slow round through the cache: every version is read and held against what was stored, and what has changed is removed
// and fetched again. It takes one core for a twentieth of the time at most.

import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { checkVersion } from "../cacheCheck.ts";
import { type CacheStores, removeVersion } from "../cacheRemoval.ts";
import { cachedVersionsOnDisk } from "../cacheTree.ts";
import { Verifier } from "../verifier.ts";

/** Of the time that a check takes, so much is paused behind it. */
const pausePerCheck = 19;
const shortestPauseMs = 5;

export interface ScrubParts {
  readonly stores: CacheStores;
  readonly logger: Logger;
  /** The gateway's own address: asked for what was removed, it fetches it. undefined: there is nowhere to fetch from. */
  readonly url: string | undefined;
  /** Takes files out of the workers' memory. It may hold the damage; or the good bytes, and then nothing would be fetched. */
  readonly forget: (keys: readonly string[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/** One round. Resolves to its figures. Throws StorageError, and the signal's reason. */
export async function scrub({
  stores,
  logger,
  url,
  forget,
  signal,
}: ScrubParts): Promise<{ checked: number; damaged: number }> {
  const verifier = new Verifier();
  let checked = 0;
  let damaged = 0;
  try {
    for await (const version of cachedVersionsOnDisk(stores.blobs)) {
      signal.throwIfAborted();
      const start = performance.now();
      for (const { files, problem } of await checkVersion(stores.blobs, version, verifier)) {
        damaged++;
        const what = { module: version.module, version: version.version, problem };
        if (url === undefined) {
          logger.error(what, "a cached file is damaged, and there is no source to fetch it from");
          continue;
        }
        if (!(await removeVersion(stores, version, files))) continue;
        const keys = files.filter((kind) => kind !== "ziphash").map((kind) => `${version.key}.${kind}`);
        await forget(keys);
        const missing = [];
        for (const key of keys) {
          const status = await fetchAgain(`${url}/${key}`, signal);
          if (status !== 200) missing.push(`${key}: ${status}`);
        }
        if (missing.length === 0) logger.error(what, "a cached file was damaged; it has been fetched again");
        else logger.error({ ...what, missing }, "a cached file was damaged; it could not be fetched again yet");
      }
      checked++;
      const took = performance.now() - start;
      await sleep(Math.max(shortestPauseMs, took * pausePerCheck), undefined, { signal });
    }
    return { checked, damaged };
  } finally {
    await verifier.stop();
  }
}

async function fetchAgain(url: string, signal: AbortSignal): Promise<string | number> {
  try {
    const answer = await fetch(url, { signal });
    for await (const _ of answer.body ?? []);
    return answer.status;
  } catch (error) {
    signal.throwIfAborted();
    return String(error);
  }
}
