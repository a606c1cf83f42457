import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { EnvironmentSettings } from "../config/environmentSettings.ts";
import { loadSettings } from "../config/load.ts";
import { isSecretName, redactSecrets } from "../config/redact.ts";
import type { Settings } from "../config/settings.ts";
import { suggest } from "../config/suggest.ts";
import { DeliveryError, type DeliveryErrorCode } from "../delivery/deliveryError.ts";
import { Fleet } from "../delivery/hosts/fleet.ts";
import { deployer } from "../delivery/hosts/lock.ts";
import { SshError } from "../delivery/ssh/sshError.ts";
import { modulePath } from "../gomod/modfile.ts";
import { CommandError, exitCode } from "./exitCode.ts";

/** What every command about an environment begins with. */
export interface EnvironmentContext {
  readonly settings: Settings;
  readonly environment: EnvironmentSettings;
  /** The environment's name. */
  readonly name: string;
  readonly service: string;
  /** Who we are, for locks and records. */
  readonly by: string;
  /** Masks what is secret among the settings, in any text for a person. */
  readonly redact: (text: string) => string;
  readonly secrets: readonly string[];
}

/**
 * `purpose` decides which variables must be set: to look at hosts, and to take them back, nobody needs the secrets that the
 * next release gets.
 *
 * @throws CommandError for a configuration with mistakes, and for an environment that isn't in it
 */
export async function loadEnvironment(
  name: string,
  config: string | undefined,
  purpose: "deploy" | "rollback" | "look",
): Promise<EnvironmentContext> {
  const needs = {
    deploy: ["service", "registry", "notify", "approval", `environments.${name}`],
    rollback: ["service", "registry", "notify", `environments.${name}.hosts`],
    look: ["service", `environments.${name}.hosts`],
  };
  const settings = load(config, needs[purpose]);
  const environment = Object.hasOwn(settings.environments, name) ? settings.environments[name] : undefined;
  const known = Object.keys(settings.environments);
  if (environment === undefined) {
    const meant = suggest(name, known);
    const names = known.length === 0 ? "fairlead.yaml has none: see docs/ship.md" : `there are: ${known.join(", ")}`;
    throw new CommandError(
      `there is no environment ${JSON.stringify(name)}; ${meant === undefined ? names : `did you mean ${meant}?`}`,
    );
  }
  if (environment.hosts.length === 0)
    throw new CommandError(`environments.${name}.hosts is empty: there is nowhere to go`);
  const secrets = [
    ...Object.entries(environment.settings).flatMap(([key, value]) => (isSecretName(key) ? [value] : [])),
    ...(settings.registry.password === undefined ? [] : [settings.registry.password]),
  ];
  return {
    settings,
    environment,
    name,
    service: settings.service.name ?? (await moduleName()),
    by: deployer(process.env),
    redact: (text) => redactSecrets(text, secrets),
    secrets,
  };
}

function load(file: string | undefined, needs: readonly string[]): Settings {
  const { settings, warnings } = loadSettings({ file, env: process.env, flags: {}, cwd: process.cwd(), needs });
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  return settings;
}

/** The service is called like its module's last element: `git.corp.example/team/shop/v2` → `shop`. */
async function moduleName(): Promise<string> {
  const text = await readFile(join(process.cwd(), "go.mod"), "utf8").catch(() => "");
  const path = text === "" ? "" : modulePath(text);
  const name = basename(path.replace(/\/v\d+$/, "")).toLowerCase();
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw new CommandError(
    "the service has no name: set service.name in fairlead.yaml (there is no go.mod here to take it from)",
  );
}

/** Connects to all of the environment's hosts. */
export function connectFleet(context: EnvironmentContext, signal?: AbortSignal): Promise<Fleet> {
  const { environment, service, name } = context;
  return Fleet.connect(
    environment.hosts,
    { service, environment: name },
    { configFile: process.env["FAIRLEAD_SSH_CONFIG"], ...(signal === undefined ? {} : { signal }) },
  );
}

const statuses: Readonly<Record<DeliveryErrorCode, number>> = {
  usage: exitCode.usage,
  changed: exitCode.findings,
  unhealthy: exitCode.findings,
  locked: exitCode.outside,
  "lock-lost": exitCode.outside,
  host: exitCode.outside,
  "disk-full": exitCode.outside,
  registry: exitCode.outside,
  watch: exitCode.outside,
  record: exitCode.outside,
};

/** Runs a command's work; what delivery throws becomes text and exit status. */
export async function reporting<T>(redact: (text: string) => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SshError) {
      const code = error.code === "value" || error.code === "no-client" ? exitCode.usage : exitCode.outside;
      throw new CommandError(redact(error.message), code, { cause: error });
    }
    if (error instanceof DeliveryError)
      throw new CommandError(redact(error.message), statuses[error.code], { cause: error });
    throw error;
  }
}

/** Aborted by the first Ctrl-C or SIGTERM; the second ends the process at once. */
export function untilStopped(command: string): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write(`${command}: stopping after the current step (again to stop at once)\n`);
    controller.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return controller.signal;
}
