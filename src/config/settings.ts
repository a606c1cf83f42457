import { availableParallelism, homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type * as z from "zod";
import { doctorSchema, type DoctorSettings } from "./doctorSettings.ts";
import { type EnvironmentSettings, environmentsSchema } from "./environmentSettings.ts";
import { type GatewayInput, gatewaySchema, type GatewaySettings } from "./gatewaySettings.ts";
import { imageSchema, type ImageSettings } from "./imageSettings.ts";
import { type ApprovalSettings, approvalSchema, notifySchema, type NotifySettings } from "./messageSettings.ts";
import { mirrorSchema, type MirrorSettings } from "./mirrorSettings.ts";
import { pipelineSchema, type PipelineSettings } from "./pipelineSettings.ts";
import {
  type BuildSettings,
  buildSchema,
  type RegistrySettings,
  registrySchema,
  type ServiceSettings,
  serviceSchema,
} from "./serviceSettings.ts";
import { section } from "./setting.ts";

/** Everything that can be set, resolved: durations in milliseconds, sizes in bytes, paths absolute, nothing left open. */
export interface Settings extends DeliverySettings {
  readonly gateway: GatewaySettings;
}

interface DeliverySettings {
  readonly mirrors: MirrorSettings;
  readonly service: ServiceSettings;
  readonly build: BuildSettings;
  readonly image: ImageSettings;
  readonly doctor: DoctorSettings;
  readonly registry: RegistrySettings;
  readonly environments: Readonly<Record<string, EnvironmentSettings>>;
  readonly pipeline: PipelineSettings;
  readonly approval: ApprovalSettings;
  readonly notify: readonly NotifySettings[];
}

/** What one source (a file, the environment, flags) or all of them together say, defaults filled in. */
interface SettingsInput extends DeliverySettings {
  readonly gateway: GatewayInput;
}

/** The whole of fairlead.yaml. A subsystem that gets settings of its own adds its section here. */
export const settingsSchema: z.ZodType<SettingsInput> = section("Fairlead's configuration, fairlead.yaml.", {
  gateway: gatewaySchema,
  mirrors: mirrorSchema,
  service: serviceSchema,
  build: buildSchema,
  image: imageSchema,
  doctor: doctorSchema,
  registry: registrySchema,
  environments: environmentsSchema,
  pipeline: pipelineSchema,
  approval: approvalSchema,
  notify: notifySchema,
});

/** What the computed defaults and relative paths depend on. */
interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The file that `data` was set in; undefined when it came from elsewhere. */
  readonly file: string | undefined;
}

/** Fills in what depends on the machine. */
export function resolveSettings({ gateway, ...others }: SettingsInput, { env, cwd, file }: Surroundings): Settings {
  const base = file === undefined ? cwd : dirname(file);
  const data = gateway.data === undefined ? defaultData(env) : absolute(gateway.data, env, base);
  return { ...others, gateway: { ...gateway, data, workers: gateway.workers ?? availableParallelism() } };
}

/** https://specifications.freedesktop.org/basedir-spec: a relative XDG_DATA_HOME is to be ignored. */
function defaultData(env: NodeJS.ProcessEnv): string {
  const xdg = env["XDG_DATA_HOME"];
  return xdg !== undefined && isAbsolute(xdg) ? join(xdg, "fairlead") : join(home(env), ".local/share/fairlead");
}

/** No shell expands `~` in a file, and a folder of that name is never what was meant. */
function absolute(path: string, env: NodeJS.ProcessEnv, base: string): string {
  return path === "~" || path.startsWith("~/") ? join(home(env), path.slice(1)) : resolve(base, path);
}

function home(env: NodeJS.ProcessEnv): string {
  return env["HOME"] === undefined || env["HOME"] === "" ? homedir() : env["HOME"];
}
