import { DeliveryError } from "../deliveryError.ts";
import type { Site } from "../hosts/containers.ts";
import { saveRecord } from "../hosts/hostFiles.ts";
import { type Container, type HostState, readHostState } from "../hosts/hostState.ts";
import type { Place } from "../hosts/prelude.ts";
import { parseTraffic, type ProxySettings, type Traffic } from "../proxy/haproxyConfig.ts";
import { findRelease, type HostRecord, type ReleaseEntry } from "../release/record.ts";
import type { ReleaseSpec } from "../release/release.ts";
import type { RemoteHost } from "../ssh/connection.ts";

/**
 * One host while a deploy works on it: the record as it was last written, and what was last seen of containers and proxy.
 * The lock makes this process the record's only writer.
 */
export class HostSession {
  readonly site: Site;
  #state: HostState;
  #record: HostRecord;
  #saving: Promise<void> = Promise.resolve();

  constructor(site: Site, state: HostState) {
    this.site = site;
    this.#state = state;
    this.#record = state.record;
  }

  get host(): RemoteHost {
    return this.site.host;
  }

  get name(): string {
    return this.site.host.name;
  }

  get place(): Place {
    return this.site.place;
  }

  get record(): HostRecord {
    return this.#record;
  }

  get state(): HostState {
    return this.#state;
  }

  /** Where the traffic goes by the proxy's file; undefined before the first switch. */
  get traffic(): Traffic | undefined {
    return parseTraffic(this.#state.proxy.config);
  }

  /** Looks again at containers and proxy. */
  async refresh(): Promise<HostState> {
    this.#state = await readHostState(this.host, this.place);
    return this.#state;
  }

  /** Changes the record, one change after the other, and writes it before anybody goes on. */
  update(change: (record: HostRecord) => HostRecord): Promise<void> {
    const save = async (): Promise<void> => {
      const next = change(this.#record);
      await saveRecord(this.site, next);
      this.#record = next;
    };
    // A failed save is its own caller's; the next one starts afresh.
    const saved = this.#saving.then(save, save);
    this.#saving = saved.catch(() => {});
    return saved;
  }

  container(release: string | undefined): Container | undefined {
    return this.#state.containers.find((container) => container.release === release);
  }

  /** @throws DeliveryError `record` for a release this host doesn't know */
  entry(release: string): ReleaseEntry {
    const entry = findRelease(this.#record, release);
    if (entry === undefined) throw new DeliveryError("record", `${this.name}: the record has no release ${release}`);
    return entry;
  }

  proxySettings(spec: ReleaseSpec): ProxySettings {
    const { facts, proxy } = this.#state;
    return {
      service: this.place.service,
      environment: this.place.environment,
      publicPort: spec.publicPort,
      socket: proxy.socket,
      dropUser: facts.isRoot && facts.hasProxyUser,
      drain: spec.drain,
    };
  }
}
