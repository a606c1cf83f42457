// What is on a host, read in one go: the record, the containers by their labels, the proxy, the lock. Nothing is changed.
import * as z from "zod";
import { DeliveryError } from "../deliveryError.ts";
import { type HostRecord, parseRecord } from "../release/record.ts";
import { label } from "../release/release.ts";
import type { RemoteHost } from "../ssh/connection.ts";
import { checked } from "./checked.ts";
import { hostScript, type Place } from "./prelude.ts";

/** A container of the service and environment, as the engine tells it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly release: string;
  /** From the image reference it was made from, which is what really runs; undefined when that names no digest. */
  readonly digest: string | undefined;
  readonly settingsHash: string | undefined;
  /** The port of the host that leads to it. */
  readonly port: number | undefined;
  readonly status: "created" | "running" | "restarting" | "exited" | "paused" | "dead" | "removing";
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** How often the engine has started it again since it was run. */
  readonly restarts: number;
  readonly error: string;
}

export interface ProxyState {
  /** The process is alive. */
  readonly running: boolean;
  /** Path of the runtime socket. */
  readonly socket: string;
  /** The configuration's text on disk; empty: none. */
  readonly config: string;
  /** The shape that the running process has loaded (haproxyConfig's `structure`). */
  readonly loaded: string;
  /** Which of its servers must take no traffic, by the file: the way a restart would go. */
  readonly version: string;
}

export interface HostFacts {
  readonly user: string;
  readonly isRoot: boolean;
  readonly hasProxyUser: boolean;
  readonly engineVersion: string;
  /** Where the state is kept: `/var/lib/fairlead/shop/production`. */
  readonly state: string;
}

export interface HostState {
  readonly facts: HostFacts;
  readonly record: HostRecord;
  readonly containers: readonly Container[];
  readonly proxy: ProxyState;
  readonly lockedBy: string | undefined;
}

/** Where a service's proxy has its socket: a unix socket's path is short, and names may be long. */
export const proxySocket: string = String.raw`sock=$root/run/$(printf '%s' "$service/$environment" | cksum | tr ' ' -).sock`;

// Fields by their names in Go, which docker and podman have in common; in JSON docker says Id.
const inspectFormat =
  '{"id":{{json .ID}},"name":{{json .Name}},"image":{{json .Config.Image}},"labels":{{json .Config.Labels}},' +
  '"status":{{json .State.Status}},"exitCode":{{json .State.ExitCode}},"oom":{{json .State.OOMKilled}},' +
  '"error":{{json .State.Error}},"restarts":{{json .RestartCount}}}';

const readBody = String.raw`
need "$engine"
need flock
${proxySocket}
part() { printf '\n%s %s\n' "$boundary" "$1"; }
part facts
printf '%s\n%s\n%s\n' "$(id -un 2>/dev/null || id -u)" "$(id -u)" "$state"
if id haproxy >/dev/null 2>&1; then echo yes; else echo no; fi
part engine
# podman has no server to ask; docker's client alone is no engine.
case $engine in podman) engine version --format '{{.Client.Version}}' ;; *) engine version --format '{{.Server.Version}}' ;; esac
part record
if [ -f "$state/record.json" ]; then cat "$state/record.json"; fi
part lock
if [ -f "$state/lock" ]; then cat "$state/lock"; date +%s; fi
part containers
ids=$(ours)
if [ -n "$ids" ]; then engine inspect --type container --format "$format" $ids; fi
part proxy
printf '%s\n' "$sock"
if [ -f "$state/haproxy.pid" ] && kill -0 "$(head -n 1 "$state/haproxy.pid")" 2>/dev/null; then echo running; else echo stopped; fi
if [ -f "$state/haproxy.loaded" ]; then cat "$state/haproxy.loaded"; else echo; fi
if command -v haproxy >/dev/null 2>&1; then haproxy -v 2>/dev/null | head -n 1; else echo; fi
part config
if [ -f "$state/haproxy.cfg" ]; then cat "$state/haproxy.cfg"; fi
part end
`;

const containerSchema = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  status: z.string(),
  exitCode: z.number().nullish(),
  oom: z.boolean().nullish(),
  error: z.string().nullish(),
  restarts: z.number().nullish(),
});

/**
 * Reads a host's state.
 *
 * @throws DeliveryError `host` without an engine or when it doesn't answer, `record` when the record is damaged
 * @throws SshError
 */
export async function readHostState(host: RemoteHost, place: Place, signal?: AbortSignal): Promise<HostState> {
  const boundary = `--${crypto.randomUUID()}`;
  const script = hostScript(place, readBody, { boundary, format: inspectFormat });
  const timeout = { timeout: 30_000, maxOutput: 8 << 20, ...(signal === undefined ? {} : { signal }) };
  const { stdout } = await checked(host, "read what runs there", script, timeout);
  const parts = splitParts(stdout, boundary);
  const part = (name: string): string => parts.get(name) ?? "";
  if (!parts.has("end")) throw new DeliveryError("host", `${host.name}: its answer was cut short`);
  const [user = "", uid = "", state = "", proxyUser = ""] = part("facts").split("\n");
  const [socket = "", running = "", loaded = "", version = ""] = part("proxy").split("\n");
  return {
    facts: {
      user,
      isRoot: uid === "0",
      hasProxyUser: proxyUser === "yes",
      engineVersion: part("engine").trim(),
      state,
    },
    record: parseRecord(part("record"), host.name, place.service, place.environment),
    containers: part("containers")
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => parseContainer(host.name, line)),
    proxy: { running: running === "running", socket, config: part("config"), loaded, version },
    lockedBy: parseLock(part("lock")),
  };
}

/** The sections between the boundary lines; the boundary can't be foretold, so no file's content can pose as one. */
function splitParts(text: string, boundary: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const section of text.split(`\n${boundary} `).slice(1)) {
    const end = section.indexOf("\n");
    parts.set(section.slice(0, end < 0 ? undefined : end), end < 0 ? "" : section.slice(end + 1));
  }
  return parts;
}

const statuses: Readonly<Record<string, Container["status"]>> = {
  created: "created",
  // podman's words for the same.
  configured: "created",
  initialized: "created",
  running: "running",
  restarting: "restarting",
  exited: "exited",
  stopped: "exited",
  stopping: "running",
  paused: "paused",
  removing: "removing",
};

function parseContainer(host: string, line: string): Container {
  try {
    const { id, name, image, status, ...rest } = containerSchema.parse(JSON.parse(line));
    const labels = rest.labels ?? {};
    const port = labels[label.port];
    return {
      id,
      name: name.replace(/^\//, ""),
      release: labels[label.release] ?? "",
      digest: /@(sha256:[0-9a-f]{64})$/.exec(image ?? "")?.[1],
      settingsHash: labels[label.settings],
      port: port === undefined ? undefined : Number(port),
      status: statuses[status] ?? "dead",
      exitCode: rest.exitCode ?? 0,
      outOfMemory: rest.oom ?? false,
      restarts: rest.restarts ?? 0,
      error: rest.error ?? "",
    };
  } catch (error) {
    throw new DeliveryError(
      "host",
      `${host}: the engine described a container in a way that can't be read: ${line.slice(0, 300)}`,
      {
        cause: error,
      },
    );
  }
}

/** Who holds the lock now, in words; undefined when nobody does. */
function parseLock(text: string): string | undefined {
  const [, deadline = "0", since = "0", who = "", now = "0"] = text.split("\n");
  if (Number(deadline) <= Number(now)) return undefined;
  const owner = /"owner":"((?:[^"\\]|\\.)*)"/.exec(who)?.[1] ?? "somebody";
  const reason = /"reason":"((?:[^"\\]|\\.)*)"/.exec(who)?.[1] ?? "?";
  return `${owner} (${reason}), since ${new Date(Number(since) * 1000).toISOString()}`;
}
