import type * as z from "zod";
import type { Milliseconds } from "./duration.ts";
import { InvalidValue } from "./invalidValue.ts";
import { port, variableNames } from "./serviceSettings.ts";
import { listOf, mapOf, optionalSetting, requiredSetting, section, setting } from "./setting.ts";
import {
  anyText,
  choice,
  commandLine,
  duration,
  integer,
  percentage,
  show,
  text,
  textList,
  toggle,
} from "./valueTypes.ts";

/** Where the service runs, and what holds there. */
export interface EnvironmentSettings {
  /** The first is the canary. */
  readonly hosts: readonly HostSettings[];
  readonly strategy: "switch" | "recreate";
  /** What users reach on the host; undefined: the service's port. */
  readonly port: number | undefined;
  /** The container's environment. Any value may be a secret. */
  readonly settings: Readonly<Record<string, string>>;
  /** As the engine takes them: `/srv/data:/data`. */
  readonly volumes: readonly string[];
  readonly health: HealthSettings;
  readonly drain: Milliseconds;
  readonly verification: VerificationSettings;
  readonly approval: boolean;
  /** How many releases stay on a host. */
  readonly keep: number;
}

/** A machine reached by SSH; what is undefined is left to ssh_config. */
export interface HostSettings {
  readonly address: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  readonly engine: "docker" | "podman";
}

/** When a new container counts as ready: one of http, tcp and command; none of them: http on /healthz. */
export interface HealthSettings {
  readonly http: string | undefined;
  readonly tcp: boolean;
  readonly command: readonly string[] | undefined;
  readonly interval: Milliseconds;
  readonly timeout: Milliseconds;
  readonly within: Milliseconds;
}

/** How a release is watched after the switch. */
export interface VerificationSettings {
  /** undefined: haproxy's counters for `switch`, probes for `recreate`. */
  readonly source: "haproxy" | "prometheus" | "probe" | "none" | undefined;
  readonly prometheus: {
    readonly url: string | undefined;
    readonly requests: string | undefined;
    readonly errors: string | undefined;
  };
  readonly probe: string | undefined;
  readonly delay: Milliseconds;
  readonly interval: Milliseconds;
  readonly samples: number;
  /** Between 0 and 1. */
  readonly maxErrorRate: number;
  readonly failureLimit: number;
  readonly minRequests: number;
  readonly tooLittle: "hold" | "pass" | "rollback";
}

const second = 1000;
const hour = 3600 * second;
const wait = duration({ min: 0, max: 24 * hour });
const period = duration({ min: 10, max: hour });
const urlPath = text(/^\/[\x21-\x7e]*$/, "a path of a URL that begins with /");

const hostSchema: z.ZodType<HostSettings> = section(
  "A machine reached by SSH, or in short `user@host:port`. What is left out is left to ssh_config.",
  {
    address: requiredSetting(text(/^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$|^[0-9a-fA-F:]+$/, "a host's name or address"), {
      description: "The host's name, address, or alias in ssh_config.",
    }),
    user: optionalSetting(text(/^[A-Za-z_][\w.-]*$/, "a user's name"), {
      defaultText: "what ssh_config says",
      description: "The user to log in as. It must be allowed to use the container engine.",
    }),
    port: optionalSetting(port, { defaultText: "what ssh_config says", description: "The port of the SSH server." }),
    engine: setting(choice("docker", "podman"), { default: "docker", description: "The container engine there." }),
  },
  { shorthand: parseHost },
);

/** `web1`, `deploy@web1.example:2222`, `deploy@[2001:db8::1]:22`. */
function parseHost(raw: string): object {
  const match = /^(?:([^@\s]+)@)?(?:\[([^\]\s]+)\]|([^:@\s[\]]+))(?::(\d+))?$/.exec(raw.trim());
  if (match === null) throw new InvalidValue(`${show(raw)} is no host; write it as user@host:port`);
  const [, user, address6, address, port] = match;
  return { user, address: address6 ?? address, port };
}

const healthSchema: z.ZodType<HealthSettings> = section(
  "When a new container counts as ready.",
  {
    http: optionalSetting(urlPath, {
      defaultText: "`/healthz`, where neither `tcp` nor `command` is set",
      description: "The path that answers with a 2xx or 3xx status.",
    }),
    tcp: setting(toggle, { default: false, description: "Ready as soon as the port accepts connections." }),
    command: optionalSetting(commandLine, {
      defaultText: "none",
      description: "A command in the container that ends with status 0.",
    }),
    interval: setting(period, { default: "1s", description: "How long to wait between two looks." }),
    timeout: setting(period, { default: "2s", description: "How long one look may take." }),
    within: setting(duration({ min: second, max: hour }), {
      default: "60s",
      description: "How long a container may take to become ready. Then it is stopped, and the old one stays.",
    }),
  },
  {
    check: ({ http, tcp, command }) =>
      [http !== undefined, tcp, command !== undefined].filter(Boolean).length > 1
        ? "health takes one of http, tcp and command"
        : undefined,
  },
);

const verificationSchema: z.ZodType<VerificationSettings> = section(
  "How a release is watched after the switch. One that fails is rolled back on every host.",
  {
    source: optionalSetting(choice("haproxy", "prometheus", "probe", "none"), {
      defaultText: "`haproxy` for `switch`, `probe` for `recreate`",
      description:
        "Where the figures come from: haproxy's own counters of the new container, Prometheus, or requests that Fairlead makes. `none` watches nothing.",
    }),
    prometheus: section("Queries, in which `{service}`, `{environment}` and `{release}` are filled in.", {
      url: optionalSetting(text(/^https?:\/\/\S+$/, "an http or https URL"), {
        defaultText: "none",
        description: "Prometheus' address.",
      }),
      requests: optionalSetting(anyText, {
        defaultText: "none",
        description: "A query for the counter of all requests to the new release.",
      }),
      errors: optionalSetting(anyText, {
        defaultText: "none",
        description: "A query for the counter of those that failed.",
      }),
    }),
    probe: optionalSetting(urlPath, {
      defaultText: "`health.http`",
      description: "The path that probes ask for.",
    }),
    delay: setting(wait, { default: "30s", description: "How long to wait before the first sample." }),
    interval: setting(duration({ min: 100, max: hour }), { default: "30s", description: "The length of a sample." }),
    samples: setting(integer({ min: 1, max: 10_000 }), {
      default: 10,
      description: "How many samples the window has.",
    }),
    maxErrorRate: setting(percentage, {
      default: "5%",
      description: "A sample fails when more than this part of its requests is answered with a 5xx status.",
    }),
    failureLimit: setting(integer({ min: 0, max: 10_000 }), {
      default: 2,
      description: "The release fails when more samples than this have failed.",
    }),
    minRequests: setting(integer({ min: 1, max: 1_000_000 }), {
      default: 10,
      description: "A sample with fewer requests says nothing, unless its errors are too many even of so many.",
    }),
    tooLittle: setting(choice("hold", "pass", "rollback"), {
      default: "hold",
      description:
        "What becomes of a release that too few requests reached: `hold` leaves it serving and says so with status 1, `pass` accepts it, `rollback` goes back.",
    }),
  },
  {
    check: ({ source, prometheus: { url, requests, errors } }) =>
      source === "prometheus" && [url, requests, errors].includes(undefined)
        ? "the source prometheus takes url, requests and errors"
        : undefined,
  },
);

const environmentSchema: z.ZodType<EnvironmentSettings> = section("An environment: hosts, and what holds on them.", {
  hosts: listOf("Where the service runs. The first host gets a release first.", "<n>", hostSchema),
  strategy: setting(choice("switch", "recreate"), {
    default: "switch",
    description:
      "`switch` starts the new container beside the old one and moves the traffic without losing a request; `recreate` stops the old one first.",
  }),
  port: optionalSetting(port, { defaultText: "`service.port`", description: "The port that users reach on the host." }),
  settings: mapOf(
    "The container's environment. It reaches the host in a file that only its owner reads.",
    variableNames,
    setting(anyText, { default: "", description: "The variable's value; for a secret `${NAME}` or `{ file: … }`." }),
  ),
  volumes: setting(textList, {
    default: "",
    description: "What is mounted, as the engine takes it: `/srv/data:/data`.",
  }),
  health: healthSchema,
  drain: setting(wait, { default: "10s", description: "How long the old container may take to finish its requests." }),
  verification: verificationSchema,
  approval: setting(toggle, { default: false, description: "A person must approve each release." }),
  keep: setting(integer({ min: 1, max: 100 }), {
    default: 5,
    description: "How many releases stay on a host for the way back.",
  }),
});

export const environmentsSchema: z.ZodType<Readonly<Record<string, EnvironmentSettings>>> = mapOf(
  "Where the service is deployed to.",
  {
    entry: "<environment>",
    pattern: /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
    hint: "an environment's name is made of lower-case letters, digits and hyphens",
  },
  environmentSchema,
);
