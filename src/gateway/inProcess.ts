// A gateway inside this process, for one command: no workers, no access log, a free port on loopback. It shares cache and
// leases with every other gateway on the data folder.

import { AggregatorRegistry } from "prom-client";
import { holderName, prepareDataFolder } from "./dataFolder.ts";
import type { GatewayOptions } from "./gatewayOptions.ts";
import { startWorker, type Watcher } from "./worker.ts";

export interface InProcessGateway {
  /** Where it listens, as a client writes it. */
  readonly url: string;
  /** Finishes answers and downloads within the time allowed, then cuts them. */
  stop(): Promise<void>;
}

/** Throws StorageError, or the system's error where the address can't be had. */
export async function startInProcess(options: GatewayOptions, watcher?: Watcher): Promise<InProcessGateway> {
  const { database, instanceId } = await prepareDataFolder(options.dataFolder);
  const identity = { instanceId, holder: holderName(process.pid), idPrefix: "run-" };
  const scrape = async (): Promise<string> => {
    const metrics = await worker.metrics.registry.getMetricsAsJSON();
    return AggregatorRegistry.aggregate([metrics]).metrics();
  };
  const alone = { ...options, workers: 1, accessLog: false };
  const worker = await startWorker(alone, identity, scrape, watcher).catch(async (error: unknown) => {
    await database.destroy();
    throw error;
  });
  const { host } = options;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${worker.port}`,
    async stop() {
      await worker.stop();
      await database.destroy();
    },
  };
}
