// Modules that nobody gets here, with the reason that the client reads. Looked at before anything is read or fetched, so
// nothing of them gets into memory, where hits are answered from.

import { matchPrefixPatterns } from "../gomod/module.ts";
import { GatewayError } from "./gatewayError.ts";

/** Plain data: part of what a worker is told. */
export interface DenyRule {
  /** Patterns as GOPRIVATE has them: a path that matches, and all below it. */
  readonly modules: string;
  readonly reason: string;
}

/** Throws GatewayError (403) for a module that a rule names. */
export function refuseDenied(rules: readonly DenyRule[], module: string): void {
  const rule = rules.find(({ modules }) => matchPrefixPatterns(modules, module));
  if (rule === undefined) return;
  throw new GatewayError(
    "denied",
    `${module} is not to be had here: ${rule.reason}\nrule: ${rule.modules} (gateway.deny)`,
  );
}
