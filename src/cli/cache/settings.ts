import type { GatewaySettings } from "../../config/gatewaySettings.ts";
import { loadSettings } from "../../config/load.ts";
import { StorageError } from "../../storage/storageError.ts";
import { CommandError, exitCode } from "../exitCode.ts";

/** What every `fairlead cache` command takes. */
export interface CacheFlags {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** Throws CommandError. */
export function cacheSettings({ data, config }: CacheFlags): GatewaySettings {
  const options = { file: config, env: process.env, flags: { data }, cwd: process.cwd(), needs: ["gateway"] };
  return loadSettings(options).settings.gateway;
}

/** A disk that fails is the outside world's failure. Throws CommandError. */
export async function orOutside<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError) throw new CommandError(error.message, exitCode.outside, { cause: error });
    throw error;
  }
}
