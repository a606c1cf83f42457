// From a plan to its end: locks, a last look whether the world is still the plan's, every step, locks given back.
import { DeliveryError } from "../deliveryError.ts";
import type { Fleet } from "../hosts/fleet.ts";
import type { HostState } from "../hosts/hostState.ts";
import { applyPlan, type ApplyContext, type Outcome } from "./apply.ts";
import { drift } from "./drift.ts";
import { HostSession } from "./hostSession.ts";
import { assemblePlan, changesSince, type DeployPlan, planHost, type PlanInput } from "./plan.ts";

export interface RunPlan extends Omit<ApplyContext, "sessions"> {
  readonly fleet: Fleet;
  /** Break a living lock. */
  readonly force: boolean;
}

/**
 * Applies a plan.
 *
 * @throws DeliveryError `locked`, `changed`, `lock-lost` and what the first step that could not begin says; SshError
 */
export async function runPlan({ fleet, force, ...context }: RunPlan): Promise<Outcome> {
  const { plan, by } = context;
  await using lock = await fleet.lock(by, `${plan.kind} ${plan.spec.release}`, force);
  const states = await fleet.read();
  const changes = changesSince(plan, planHosts(fleet, states));
  if (changes.length > 0) {
    throw new DeliveryError(
      "changed",
      `the hosts are not as they were when the plan was made, so nothing was done. Make a new plan.\n${changes.join("\n")}`,
    );
  }
  const sessions = lock.sites.flatMap((site, index) => {
    const state = states[index];
    return state === undefined ? [] : [new HostSession(site, state)];
  });
  const lost = Promise.withResolvers<never>();
  // Awaited only below: until then a rejection must not count as unhandled.
  lost.promise.catch(() => {});
  lock.lost.addEventListener("abort", () => lost.reject(lock.lost.reason));
  return await Promise.race([applyPlan({ ...context, sessions }), lost.promise]);
}

function planHosts(fleet: Fleet, states: readonly HostState[]): ReturnType<typeof planHost>[] {
  return fleet.hosts.flatMap(({ host, place }, index) => {
    const state = states[index];
    return state === undefined ? [] : [planHost(host.name, place.engine, state.record)];
  });
}

/** A plan for these hosts as they are. */
export function planFor(fleet: Fleet, states: readonly HostState[], input: Omit<PlanInput, "hosts">): DeployPlan {
  const hosts = fleet.hosts.flatMap(({ host, place }, index) => {
    const state = states[index];
    if (state === undefined) return [];
    return [{ name: host.name, engine: place.engine, record: state.record, drift: drift(state) }];
  });
  return assemblePlan({ ...input, hosts });
}
