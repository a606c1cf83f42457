// One container a release, found by its labels. Each function may be called again after a crash, its own or ours.
import { createHash } from "node:crypto";
import { imageReference, label, type ReleaseSpec } from "../release/release.ts";
import { DeliveryError } from "../deliveryError.ts";
import type { RemoteHost } from "../ssh/connection.ts";
import { checked } from "./checked.ts";
import { hostScript, type Place } from "./prelude.ts";

/** Where to act: a host, a service and environment on it, and the lock's token. */
export interface Site {
  readonly host: RemoteHost;
  readonly place: Place;
  readonly token: string;
}

/**
 * `run` is not atomic: docker creates, then starts. What an interrupted one has left (created, never started) is removed
 * first, and so is one that has exited, for it may have been made from older settings.
 */
const runBody = String.raw`
fenced
ids=$(ours "$release")
if [ -n "$ids" ]; then
  for id in $ids; do
    if [ "$(engine inspect --type container --format '{{.State.Status}}' "$id")" = running ]; then
      echo "running $(engine inspect --type container --format '{{index .Config.Labels "fairlead.port"}}' "$id")"
      exit 0
    fi
  done
  engine rm -f $ids >/dev/null
fi
for port in $ports; do
  if said=$(engine run -d --name "$name" --label "fairlead.port=$port" -p "$address$port:$containerPort" "$@" 2>&1); then
    echo "started $port"; exit 0
  fi
  engine rm -f "$name" >/dev/null 2>&1 || :
  case $said in
    *"port is already allocated"*|*"address already in use"*) ;;
    *) printf '%s\n' "$said" >&2; exit 1 ;;
  esac
done
printf '%s\n' "$said" >&2
exit 1
`;

/**
 * Starts the release's container unless it runs already; resolves to the port of the host that leads to it.
 *
 * @throws DeliveryError, SshError
 */
export async function runContainer(site: Site, spec: ReleaseSpec): Promise<number> {
  const { host, place, token } = site;
  const isSwitch = spec.strategy === "switch";
  const ports = isSwitch ? loopbackPorts(`${place.service}/${place.environment}/${spec.release}`) : [spec.publicPort];
  const values = {
    token,
    release: spec.release,
    name: `${place.service}-${place.environment}-${spec.release}`,
    ports: ports.join(" "),
    // Only the proxy may come in through the loopback port; users' port is open to all.
    address: isSwitch ? "127.0.0.1:" : "",
    containerPort: String(spec.containerPort),
  };
  const labels = {
    [label.service]: place.service,
    [label.environment]: place.environment,
    [label.release]: spec.release,
    [label.digest]: spec.digest,
    [label.settings]: spec.settingsHash,
  };
  const script = hostScript(place, `set -- --env-file "$state/releases/$release.env" "$@"\n${runBody}`, values, [
    // After a reboot or a crash it comes back by itself; stopped by us, it stays stopped.
    "--restart",
    "unless-stopped",
    "--stop-timeout",
    String(Math.max(1, Math.ceil(spec.drain / 1000))),
    ...Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
    // For its metrics and logs: what watches a release must tell it from the one before.
    "--env",
    `FAIRLEAD_RELEASE=${spec.release}`,
    ...spec.volumes.flatMap((volume) => ["--volume", volume]),
    "--pull",
    "never",
    imageReference(spec),
  ]);
  const { stdout } = await checked(host, "start the container", script, { timeout: 120_000 });
  const port = Number(/(?:running|started) (\d+)/.exec(stdout)?.[1]);
  if (Number.isInteger(port) && port > 0) return port;
  throw new DeliveryError(
    "host",
    `${host.name}: the engine started the container, but answered ${JSON.stringify(stdout.slice(0, 200))}`,
  );
}

/**
 * Ports to try, the same ones at each try: below the range from which Linux takes ports for outgoing connections (32768…),
 * so that none of those is in the way after a reboot.
 */
function loopbackPorts(seed: string): number[] {
  const start = createHash("sha256").update(seed).digest().readUInt16BE();
  return Array.from({ length: 12 }, (_, i) => 20_000 + ((start + i * 997) % 12_000));
}

const eachBody = (command: string): string => `
fenced
ids=$(ours "$release")
if [ -n "$ids" ]; then ${command} >/dev/null; fi
`;

/** Starts the release's stopped container; resolves to false where there is none. */
export async function startContainer({ host, place, token }: Site, release: string): Promise<boolean> {
  const body = `fenced\nids=$(ours "$release")\nif [ -z "$ids" ]; then echo none; else engine start $ids >/dev/null; echo started; fi`;
  const script = hostScript(place, body, { token, release });
  return (await checked(host, "start the container", script, { timeout: 120_000 })).stdout.includes("started");
}

/** Ends the release's container: SIGTERM, and SIGKILL when `drain` (milliseconds) is over. It stays, for its logs. */
export async function stopContainer({ host, place, token }: Site, release: string, drain: number): Promise<void> {
  const seconds = Math.max(1, Math.ceil(drain / 1000));
  const script = hostScript(place, eachBody(`engine stop -t ${seconds} $ids`), { token, release });
  await checked(host, "stop the container", script, { timeout: 120_000 + drain });
}

export async function removeContainer({ host, place, token }: Site, release: string): Promise<void> {
  const script = hostScript(place, eachBody("engine rm -f $ids"), { token, release });
  await checked(host, "remove the container", script, { timeout: 120_000 });
}

/** The last lines that the release's container wrote. */
export async function containerLog({ host, place }: Site, release: string, lines: number): Promise<string> {
  const body = `for id in $(ours "$release"); do engine logs --tail "$lines" "$id" 2>&1 | tail -c 8000; done`;
  const script = hostScript(place, body, { release, lines: String(lines) });
  return (await host.run("read the container's log", script, { timeout: 20_000 })).stdout.trimEnd();
}

/** Runs a command in the release's container; resolves to how it ended. */
export async function execInContainer(
  { host, place }: Site,
  release: string,
  command: readonly string[],
  timeout: number,
): Promise<{ readonly status: number; readonly output: string }> {
  const body = `id=$(ours "$release" | head -n 1)\n[ -n "$id" ] || { echo "no container" >&2; exit 125; }\nengine exec "$id" "$@" 2>&1`;
  const result = await host.run("check the health", hostScript(place, body, { release }, command), { timeout });
  return { status: result.status, output: `${result.stdout}${result.stderr}`.slice(-2000) };
}
