import { scryptSync } from "node:crypto";
import { DeliveryError } from "../deliveryError.ts";

/** The container's environment: names and values; values may be secrets. */
export type ContainerSettings = Readonly<Record<string, string>>;

/**
 * Names the settings without telling them. Plans and labels are seen by many, and a hash of few and short values could be
 * guessed: scrypt makes each guess cost tens of milliseconds. Service and environment are the salt, so that equal settings
 * of two releases have equal hashes, and those of two services have not.
 */
export function settingsHash(settings: ContainerSettings, service: string, environment: string): string {
  const entries = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = scryptSync(JSON.stringify(entries), `fairlead/${service}/${environment}`, 16, { N: 2 ** 14, r: 8, p: 1 });
  return key.toString("hex");
}

/**
 * The form that docker and podman read with --env-file: `NAME=value`, a line each, the value as it is. It has no way to
 * write a line break, which is therefore refused.
 *
 * @throws DeliveryError `usage`, naming the setting and not its value
 */
export function formatEnvironmentFile(settings: ContainerSettings): string {
  const lines = Object.entries(settings).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z\d_.-]*$/.test(name)) {
      throw new DeliveryError(
        "usage",
        `settings: ${JSON.stringify(name)} can't be the name of an environment variable`,
      );
    }
    if (/[\n\r\0]/.test(value)) {
      throw new DeliveryError(
        "usage",
        `settings.${name}: the value has a line break, which docker's and podman's settings files can't hold. ` +
          `Give it in base64, or mount it as a file (volumes)`,
      );
    }
    return `${name}=${value}\n`;
  });
  return lines.join("");
}
