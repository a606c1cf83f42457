// A gateway that asks itself would ask until something breaks. Every request to a source says in `Via` which gateway it
// went through; one that comes back is refused.

import { GatewayError } from "./gatewayError.ts";

export class LoopGuard {
  /** The `Via` header for requests to sources (RFC 9110 §7.6.3). */
  readonly via: string;
  readonly #mark: string;

  /** `id` is the same in all processes on one data folder, and unlike that of any other gateway. */
  constructor(id: string) {
    this.#mark = `fairlead-${id}`;
    this.via = `1.1 ${this.#mark}`;
  }

  /** Throws GatewayError (508) if this gateway sent the request itself. */
  refuseLoop(via: string | string[] | undefined): void {
    if (via === undefined || !String(via).includes(this.#mark)) return;
    throw new GatewayError(
      "loop",
      "this gateway asked itself: its upstream list leads back to it\ncheck --upstream, FAIRLEAD_UPSTREAM, gateway.upstream in fairlead.yaml, or `go env GOPROXY` where it was started",
    );
  }
}
