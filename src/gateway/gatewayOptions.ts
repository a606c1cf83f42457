import type { ChecksumOptions } from "./checksums.ts";
import type { DenyRule } from "./deny.ts";
import type { DirectOptions } from "./direct/directOptions.ts";
import type { PageModule } from "./pages.ts";
import type { UpkeepOptions } from "./upkeep/upkeep.ts";
import type { VanityRule } from "./vanity/vanityRule.ts";

/** One entry of the upstream list: a base URL, perhaps with credentials, or `direct` or `off`. */
export interface UpstreamEntry {
  readonly url: string;
  /** `|` follows it in the list: go on after any failure, not only after 404 and 410. */
  readonly fallBackOnAnyError: boolean;
  /** Neighbours with the same number: the healthiest is asked first. */
  readonly group?: number | undefined;
}

export interface ModuleRoute {
  /** Patterns, as GOPRIVATE has them. */
  readonly modules: string;
  readonly upstream: readonly UpstreamEntry[];
}

/** All that a gateway needs to know, resolved. Times in milliseconds, sizes in bytes. Plain data: workers get it sent. */
export interface GatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absolute. */
  readonly dataFolder: string;
  readonly upstream: readonly UpstreamEntry[];
  /** Modules that come from elsewhere; the first that fits counts. */
  readonly routes: readonly ModuleRoute[];
  /** Checksum database name → its base URL. Others are not served. */
  readonly databases: Readonly<Record<string, string>>;
  /** What modules are held against before they are served; undefined: nothing. */
  readonly verify: ChecksumOptions | undefined;
  /** What holds for `direct`. */
  readonly direct: DirectOptions;
  readonly offline: boolean;
  readonly workers: number;
  /** In-memory cache, all workers together. */
  readonly memoryBytes: number;
  readonly holdZipsUpTo: number;
  readonly zipLimit: number;
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly stallMs: number;
  readonly stopMs: number;
  readonly retries: number;
  readonly freshForMs: number;
  readonly staleForMs: number;
  readonly absentForMs: number;
  /** Downloads at once in each worker. */
  readonly fillSlots: number;
  /** Client connections, all workers together. */
  readonly connections: number;
  readonly logLevel: string;
  readonly logFormat: "json" | "pretty";
  readonly accessLog: boolean;
  /** Tell every decision of every request on standard error. */
  readonly trace: boolean;
  readonly deny: readonly DenyRule[];
  readonly upkeep: UpkeepOptions;
  /** Import paths that are answered for. */
  readonly vanity: readonly VanityRule[];
  /** Answered beside the modules. */
  readonly pages: readonly PageModule[];
}
