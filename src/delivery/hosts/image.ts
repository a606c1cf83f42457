import { DeliveryError } from "../deliveryError.ts";
import { imageReference, type ReleaseSpec } from "../release/release.ts";
import type { RemoteHost } from "../ssh/connection.ts";
import { lastLines } from "../ssh/sshError.ts";
import { stepError } from "./checked.ts";
import { hostScript, type Place } from "./prelude.ts";

export interface RegistryAccess {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly insecure: boolean;
}

/** Milliseconds that a pull may take. */
const pullTimeout = 15 * 60_000;

/**
 * The credentials lie in a folder of their own, in memory where the host has /dev/shm, and only while the pull lasts; they
 * are on no command line, and the user's own logins stay as they are. `timeout` ends a pull whose deployer has gone.
 */
const pullBody = String.raw`
need "$engine"
if engine image inspect --format ok "$image" >/dev/null 2>&1; then echo present; exit 0; fi
limit() { if command -v timeout >/dev/null 2>&1; then timeout "$seconds" "$@"; else "$@"; fi; }
auth=
if [ -n "$credentials" ]; then
  base=/dev/shm
  if ! [ -d "$base" ] || ! [ -w "$base" ]; then base=/tmp; fi
  auth=$(mktemp -d "$base/fairlead.XXXXXXXX")
  trap 'rm -rf "$auth"' EXIT
  trap 'exit 129' HUP INT TERM
  printf '%s' "$credentials" >"$auth/config.json"
fi
case $engine in
  podman) limit podman pull --quiet ${"${auth:+--authfile}"} ${'${auth:+"$auth/config.json"}'} ${"${insecure:+--tls-verify=false}"} "$image" >/dev/null ;;
  *) limit docker ${"${auth:+--config}"} ${'${auth:+"$auth"}'} pull --quiet "$image" >/dev/null ;;
esac
echo pulled
`;

/**
 * Brings the image to the host, by digest; resolves to whether it had to be fetched.
 *
 * @throws DeliveryError `registry`, `disk-full` or `host`; SshError
 */
export async function pullImage(
  host: RemoteHost,
  place: Place,
  spec: ReleaseSpec,
  access: RegistryAccess,
  signal?: AbortSignal,
): Promise<"present" | "pulled"> {
  const values = {
    image: imageReference(spec),
    credentials: credentials(spec.image, access),
    insecure: access.insecure ? "1" : "",
    seconds: String(pullTimeout / 1000),
  };
  const options = { timeout: pullTimeout + 10_000, ...(signal === undefined ? {} : { signal }) };
  const result = await host.run("pull the image", hostScript(place, pullBody, values), options);
  if (result.status === 0) return result.stdout.includes("present") ? "present" : "pulled";
  const error = stepError(host.name, "pull the image", result, place.engine);
  if (error.code !== "host") throw error;
  throw pullError(host.name, spec, access, result.stderr) ?? error;
}

/** The file that docker and podman read logins from; empty without a password: the host's own logins count. */
function credentials(image: string, { username, password }: RegistryAccess): string {
  if (username === undefined || password === undefined) return "";
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [registryOf(image)]: { auth } } });
}

/** The host part of an image's name; a first part without dot, colon or `localhost` is a name on Docker Hub. */
function registryOf(image: string): string {
  const first = image.split("/")[0] ?? "";
  return image.includes("/") && (/[.:]/.test(first) || first === "localhost") ? first : "https://index.docker.io/v1/";
}

const causes: readonly (readonly [RegExp, (image: string, registry: string, user: string) => string])[] = [
  [
    /unauthorized|authentication required|no basic auth credentials|denied|incorrect username or password/i,
    (image, registry, user) =>
      user === ""
        ? `${registry} wants a password for ${image}: set registry.username and registry.password (or log in on the host)`
        : `${registry} refuses the password of ${user}, or ${user} may not read ${image}. Check registry.username and registry.password`,
  ],
  [
    /manifest unknown|not found|repository does not exist|name unknown/i,
    (image, registry) => `${registry} has no ${image}: was it pushed, and was it deleted since?`,
  ],
  [
    /HTTP response to HTTPS client/i,
    (_, registry) =>
      `${registry} speaks plain HTTP, which the engine there refuses. Name it under "insecure-registries" in the host's ` +
      `/etc/docker/daemon.json, or give the registry a certificate`,
  ],
  [
    /x509|certificate/i,
    (_, registry) =>
      `the engine there does not trust the certificate of ${registry}: put its CA into /etc/docker/certs.d/${registry}/ca.crt`,
  ],
  [
    /connection refused|no such host|i\/o timeout|timeout|no route to host|network is unreachable|connection reset|EOF|deadline exceeded/i,
    (_, registry) =>
      `${registry} can't be reached from this host. Is the registry up, and does the host's network lead there?`,
  ],
];

function pullError(
  host: string,
  spec: ReleaseSpec,
  { username = "" }: RegistryAccess,
  stderr: string,
): DeliveryError | undefined {
  const image = imageReference(spec);
  const cause = causes.find(([sign]) => sign.test(stderr));
  if (cause === undefined) return undefined;
  const text = cause[1](image, registryOf(spec.image), username);
  return new DeliveryError("registry", `${host}: could not pull the image: ${text}.\nIt said: ${lastLines(stderr)}`);
}
