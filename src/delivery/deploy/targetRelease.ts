import type { EnvironmentSettings } from "../../config/environmentSettings.ts";
import { type ContainerSettings, formatEnvironmentFile, settingsHash } from "../release/containerSettings.ts";
import { makeReleaseId, type ReleaseSpec } from "../release/release.ts";

/** What a deploy ships, and where it listens. */
export interface Shipment {
  readonly service: string;
  readonly environment: string;
  readonly image: string;
  readonly digest: string;
  readonly tag: string | undefined;
  readonly containerPort: number;
  readonly commit: string | undefined;
  readonly by: string;
  readonly at: Date;
}

export interface TargetRelease {
  readonly spec: ReleaseSpec;
  /** Names alone. */
  readonly settings: readonly string[];
  /** In the engine's form, with the values. */
  readonly settingsText: string;
}

/**
 * Everything that makes the new container what it is, from the environment's settings.
 *
 * @throws DeliveryError `usage` for settings that no engine can hand over
 */
export function targetRelease(shipment: Shipment, environment: EnvironmentSettings): TargetRelease {
  const { service, image, digest, tag, containerPort, commit, by, at } = shipment;
  const { strategy, volumes, drain, health, port } = environment;
  // The program is told where to listen, unless the settings say it themselves.
  const settings: ContainerSettings = { APP_PORT: String(containerPort), ...environment.settings };
  const spec: ReleaseSpec = {
    release: makeReleaseId(at, digest),
    image,
    digest,
    tag,
    settingsHash: settingsHash(settings, service, shipment.environment),
    strategy,
    containerPort,
    publicPort: port ?? containerPort,
    volumes,
    health: { ...health, http: health.tcp || health.command !== undefined ? undefined : (health.http ?? "/healthz") },
    drain,
    commit,
    by,
    at: at.toISOString(),
  };
  return { spec, settings: Object.keys(settings), settingsText: formatEnvironmentFile(settings) };
}
