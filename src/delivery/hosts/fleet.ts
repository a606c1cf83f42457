// All hosts of an environment: connected at once, locked in one order, so that two deployers never hold half each.
import { randomUUID } from "node:crypto";
import { DeliveryError } from "../deliveryError.ts";
import { type ConnectOptions, type RemoteHost, SshConnection, type SshTarget } from "../ssh/connection.ts";
import { SshError } from "../ssh/sshError.ts";
import type { Site } from "./containers.ts";
import { logBrokenLock } from "./hostFiles.ts";
import { type HostState, readHostState } from "./hostState.ts";
import { LockKeeper, releaseLock, takeLock } from "./lock.ts";
import type { Place } from "./prelude.ts";

export interface FleetHost {
  readonly host: RemoteHost;
  readonly place: Place;
}

export interface FleetTarget extends SshTarget {
  readonly engine: "docker" | "podman";
}

/** The locks of all hosts, kept alive until disposed. */
export interface FleetLock extends AsyncDisposable {
  readonly token: string;
  readonly lost: AbortSignal;
  readonly sites: readonly Site[];
}

export class Fleet implements AsyncDisposable {
  /** In the order of fairlead.yaml: the first is the canary. */
  readonly hosts: readonly FleetHost[];
  readonly #connections: readonly SshConnection[];

  /**
   * Connects to all hosts; one that can't be reached is told together with all others that can't.
   *
   * @throws SshError
   */
  static async connect(
    targets: readonly FleetTarget[],
    { service, environment }: Omit<Place, "engine">,
    options: ConnectOptions,
  ): Promise<Fleet> {
    const results = await Promise.allSettled(targets.map((target) => SshConnection.open(target, options)));
    const connections = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const failures = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
    if (failures.length > 0) {
      await Promise.all(connections.map((connection) => connection[Symbol.asyncDispose]()));
      throw together(failures);
    }
    const hosts = connections.map((host, index) => ({
      host,
      place: { service, environment, engine: targets[index]?.engine ?? "docker" },
    }));
    return new Fleet(hosts, connections);
  }

  private constructor(hosts: readonly FleetHost[], connections: readonly SshConnection[]) {
    this.hosts = hosts;
    this.#connections = connections;
  }

  /** What is on the hosts, in their order. */
  async read(): Promise<HostState[]> {
    const results = await Promise.allSettled(this.hosts.map(({ host, place }) => readHostState(host, place)));
    const failures = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
    if (failures.length > 0) throw together(failures);
    return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  }

  /**
   * Takes every host's lock, or none.
   *
   * @throws DeliveryError `locked`
   */
  async lock(owner: string, reason: string, force: boolean): Promise<FleetLock> {
    const token = randomUUID();
    const taken: Site[] = [];
    const giveBack = async (): Promise<void> => {
      // One that can't be given back lapses by itself.
      await Promise.allSettled(taken.map(({ host, place }) => releaseLock(host, place, token)));
    };
    // By name, not in the order of the file: another deployer's file may have another.
    const inOrder = [...this.hosts].sort((a, b) => (a.host.name < b.host.name ? -1 : 1));
    try {
      for (const { host, place } of inOrder) {
        const { broken } = await takeLock(host, place, { token, owner, reason }, force);
        const site = { host, place, token };
        taken.push(site);
        if (broken !== undefined) await logBrokenLock(site, { at: new Date().toISOString(), by: owner, broken });
      }
    } catch (error) {
      await giveBack();
      throw error;
    }
    const keeper = new LockKeeper(this.hosts, token);
    return {
      token,
      lost: keeper.lost,
      sites: this.hosts.map(({ host, place }) => ({ host, place, token })),
      [Symbol.asyncDispose]: async () => {
        keeper[Symbol.dispose]();
        await giveBack();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection[Symbol.asyncDispose]()));
  }
}

/** One error for several hosts' troubles: the first one's kind, everybody's words. */
function together(failures: readonly unknown[]): unknown {
  const [first] = failures;
  const texts = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  if (failures.length === 1) return first;
  const text = texts.join("\n");
  if (first instanceof SshError) return new SshError(first.code, first.host, text, { cause: first });
  if (first instanceof DeliveryError) return new DeliveryError(first.code, text, { cause: first });
  return first;
}
