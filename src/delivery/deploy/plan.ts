// A plan is data: made from what is wanted and what the hosts say, shown or stored, and applied as it was shown. The
// settings' values are not in it, only their names and hash.
import * as z from "zod";
import { DeliveryError } from "../deliveryError.ts";
import { type HostRecord, findRelease } from "../release/record.ts";
import { imageReference, type ReleaseSpec, releaseSpecSchema } from "../release/release.ts";
import { checkText } from "./health.ts";
import { sameRelease, type Unfinished, unfinished, type Wanted } from "./unfinished.ts";

/** What is done, in order. Each step may be done twice. */
export const stepKinds = [
  /** Back to what served before an unfinished deploy. */
  "revert",
  /** Ends an unfinished deploy whose release serves everywhere. */
  "settle",
  /** Writes record and settings. */
  "prepare",
  "pull",
  /** Starts the new container beside the old one. */
  "start",
  /** `recreate`: stops the old container, then runs the new one. */
  "replace",
  "healthy",
  /** Moves the traffic. */
  "switch",
  "watch",
  /** Stops the old container, removes what is no way back. */
  "finish",
] as const;

export type StepKind = (typeof stepKinds)[number];

export interface PlanStep {
  readonly do: StepKind;
  /** As in `hosts`; undefined: all of them at once. */
  readonly host: string | undefined;
  /** For people. */
  readonly text: string;
}

/** What a host said when the plan was made. The plan is refused when it says something else later. */
export interface PlanHost {
  readonly name: string;
  readonly engine: "docker" | "podman";
  readonly serving: string | undefined;
  readonly digest: string | undefined;
  readonly settingsHash: string | undefined;
  /** `<deploy>/<phase>` of an unfinished deploy. */
  readonly open: string | undefined;
}

export interface DeployPlan {
  readonly schemaVersion: 1;
  readonly kind: "deploy" | "rollback";
  /** Of this deploy; what it leaves behind on hosts bears it. */
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly spec: ReleaseSpec;
  readonly settings: readonly string[];
  readonly keep: number;
  readonly hosts: readonly PlanHost[];
  readonly steps: readonly PlanStep[];
}

export interface PlanInput {
  readonly wanted: Wanted;
  /** The release to run: for a rollback, as recorded. */
  readonly spec: ReleaseSpec;
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly settings: readonly string[];
  readonly keep: number;
  /** What is watched after the switch, in words; undefined: nothing. */
  readonly watch: string | undefined;
  readonly hosts: readonly {
    readonly name: string;
    readonly engine: "docker" | "podman";
    readonly record: HostRecord;
    /** What is not as the record says; nothing when it is empty. */
    readonly drift: readonly string[];
  }[];
}

/**
 * The steps to what is wanted. None when every host has it already, as recorded.
 *
 * @throws DeliveryError `usage` while an interrupted rollback waits
 */
export function assemblePlan(input: PlanInput): DeployPlan {
  const { wanted, hosts, id, service, environment, settings, keep } = input;
  const left = unfinished(
    hosts.map(({ record }) => record),
    wanted,
  );
  if (left.kind === "blocked") {
    throw new DeliveryError(
      "usage",
      `a rollback to ${left.release} was interrupted and comes first: fairlead rollback ${environment} ${left.release}`,
    );
  }
  const same = alreadyServing(input);
  const spec = same ?? (left.kind === "resume" ? (recorded(hosts, left.release) ?? input.spec) : input.spec);
  return {
    schemaVersion: 1,
    kind: wanted.kind,
    id,
    service,
    environment,
    spec,
    settings: [...settings].sort(),
    keep,
    hosts: hosts.map(({ name, engine, record }) => planHost(name, engine, record)),
    steps: same === undefined ? [...firstSteps(left, hosts), ...mainSteps(input, left, spec)] : [],
  };
}

/** What serves, if it is what is wanted on every host, and everything is as recorded. */
function alreadyServing({ wanted, spec, hosts }: PlanInput): ReleaseSpec | undefined {
  const serving = hosts.flatMap(({ record, drift }) => {
    const found = findRelease(record, record.serving)?.spec;
    const isSound = record.open === undefined && drift.length === 0;
    if (found === undefined || !isSound) return [];
    return (wanted.kind === "deploy" ? sameRelease(found, spec) : found.release === spec.release) ? [found] : [];
  });
  return serving.length === hosts.length ? serving[0] : undefined;
}

function recorded(hosts: PlanInput["hosts"], release: string): ReleaseSpec | undefined {
  return hosts.flatMap(({ record }) => findRelease(record, release) ?? [])[0]?.spec;
}

export function planHost(name: string, engine: "docker" | "podman", record: HostRecord): PlanHost {
  const spec = findRelease(record, record.serving)?.spec;
  const { open } = record;
  return {
    name,
    engine,
    serving: record.serving,
    digest: spec?.digest,
    settingsHash: spec?.settingsHash,
    open: open === undefined ? undefined : `${open.id}/${open.phase}`,
  };
}

function firstSteps(left: Unfinished, hosts: PlanInput["hosts"]): PlanStep[] {
  if (left.kind !== "revert" && left.kind !== "settle") return [];
  return hosts.flatMap(({ name, record: { open } }): PlanStep[] => {
    if (open === undefined) return [];
    if (left.kind === "settle") {
      return [
        {
          do: "settle",
          host: name,
          text: `keep ${open.release}, which an unfinished deploy of ${open.by} left serving`,
        },
      ];
    }
    const to = open.from === undefined ? "nothing (there was no release before)" : open.from;
    return [
      {
        do: "revert",
        host: name,
        text: `back from ${open.release}, left unfinished by ${open.by}, to ${to}: ${left.why}`,
      },
    ];
  });
}

function mainSteps({ wanted, hosts, settings, watch }: PlanInput, left: Unfinished, spec: ReleaseSpec): PlanStep[] {
  // The way back from an unfinished deploy is the rollback.
  const now = (record: HostRecord): string | undefined =>
    left.kind === "revert" && record.open !== undefined ? record.open.from : record.serving;
  if (
    left.kind === "revert" &&
    wanted.kind === "rollback" &&
    hosts.every(({ record }) => now(record) === spec.release)
  ) {
    return [];
  }
  const names = hosts.map(({ name }) => name);
  const each = (make: (name: string) => readonly PlanStep[]): PlanStep[] => names.flatMap(make);
  const image = `${spec.image}${spec.tag === undefined ? "" : `:${spec.tag}`} (${imageReference(spec).split("@")[1]?.slice(0, 19)}…)`;
  const check = `${checkText(spec.health)} within ${spec.health.within / 1000} s`;
  return [
    ...each((host) => [
      {
        do: "prepare",
        host,
        text: `write ${spec.release} into the record, and its ${settings.length} settings (mode 0600)`,
      },
    ]),
    ...each((host) => [{ do: "pull", host, text: `pull ${image} unless it is there` }]),
    ...hosts.flatMap(({ name: host, record }): PlanStep[] => {
      const from = now(record) ?? "nothing";
      return spec.strategy === "switch"
        ? [
            { do: "start", host, text: `start ${spec.release} beside ${from}, on a loopback port` },
            { do: "healthy", host, text: `healthy: ${check}` },
            { do: "switch", host, text: `haproxy leads port ${spec.publicPort} from ${from} to ${spec.release}` },
          ]
        : [
            { do: "replace", host, text: `stop ${from}, run ${spec.release} on port ${spec.publicPort}` },
            { do: "healthy", host, text: `healthy: ${check}; else ${from} is started again` },
            { do: "switch", host, text: `${spec.release} serves` },
          ];
    }),
    ...(watch === undefined || wanted.kind === "rollback"
      ? []
      : [{ do: "watch" as const, host: undefined, text: watch }]),
    ...each((host) => [
      {
        do: "finish",
        host,
        text: `let the old container finish (${spec.drain / 1000} s at most), remove what is no way back`,
      },
    ]),
  ];
}

/** What differs between the hosts as the plan knows them and as they are; nothing when the plan may be applied. */
export function changesSince(plan: DeployPlan, hosts: readonly PlanHost[]): string[] {
  const names = (list: readonly PlanHost[]): string => list.map(({ name }) => name).join(", ");
  if (names(plan.hosts) !== names(hosts)) return [`the hosts were ${names(plan.hosts)}, and are ${names(hosts)}`];
  return plan.hosts.flatMap((then, index) => {
    const now = hosts[index];
    return (["serving", "digest", "settingsHash", "open", "engine"] as const).flatMap((key) =>
      now === undefined || then[key] === now[key]
        ? []
        : [`${then.name}: ${key} was ${then[key] ?? "nothing"}, and is ${now[key] ?? "nothing"}`],
    );
  });
}

const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

/** A stored plan, read again. It comes from a file that anybody may have written. */
export const planSchema: z.ZodType<DeployPlan> = z.object({
  schemaVersion: z.literal(1),
  kind: z.enum(["deploy", "rollback"]),
  id: z.string().regex(/^[\w-]{1,80}$/),
  service: z.string(),
  environment: z.string(),
  spec: releaseSpecSchema,
  settings: z.array(z.string()),
  keep: z.number().int().min(1),
  hosts: z.array(
    z.object({
      name: z.string(),
      engine: z.enum(["docker", "podman"]),
      serving: optionalText,
      digest: optionalText,
      settingsHash: optionalText,
      open: optionalText,
    }),
  ),
  steps: z.array(z.object({ do: z.enum(stepKinds), host: optionalText, text: z.string() })),
});
