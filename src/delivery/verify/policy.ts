import type { VerificationSettings } from "../../config/environmentSettings.ts";
import type { Policy } from "./judge.ts";

/** Argo Rollouts' default: the fifth failure in a row ends it. */
const errorLimit = 4;

export function policyOf(settings: VerificationSettings): Policy {
  const { samples, maxErrorRate, failureLimit, minRequests, tooLittle } = settings;
  return { samples, maxErrorRate, failureLimit, minRequests, tooLittle, errorLimit };
}
