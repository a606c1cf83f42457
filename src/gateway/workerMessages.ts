// What the primary process and its workers tell each other.

import type { GatewayOptions } from "./gatewayOptions.ts";

export type ToWorker =
  | {
      readonly type: "start";
      readonly options: GatewayOptions;
      readonly instanceId: string;
      readonly holder: string;
      readonly idPrefix: string;
    }
  | { readonly type: "stop" }
  /** Asks for the worker's own metrics. */
  | { readonly type: "collect"; readonly ticket: number }
  /** These files are on disk no more, or others than they were. */
  | { readonly type: "forget"; readonly ticket: number; readonly keys: readonly string[] }
  /** The sum of all workers' metrics, which this worker asked for. */
  | { readonly type: "scraped"; readonly ticket: number; readonly text: string };

export type ToPrimary =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly message: string; readonly code: string }
  /** The answer to "collect", and to "forget" once it is done, without metrics. */
  | { readonly type: "collected"; readonly ticket: number; readonly metrics: object[] }
  | { readonly type: "scrape"; readonly ticket: number };
