/**
 * What went wrong with a release.
 *
 * - `usage`: what was asked for can't be done: no such environment, no such release, nothing to roll back to
 * - `locked`: somebody else deploys the same service there
 * - `lock-lost`: our lock was broken or lapsed while we worked
 * - `changed`: the world is no longer the one the plan was made for
 * - `host`: a host lacks something (engine, haproxy, flock) or refuses it
 * - `disk-full`: no space on a host
 * - `registry`: the registry is down, refuses the password, or lacks the image
 * - `watch`: what is to watch the release does not answer, or does not know what it will be asked for
 * - `unhealthy`: the new release did not become healthy
 * - `record`: a host's release record can't be read or written
 */
export type DeliveryErrorCode =
  | "usage"
  | "locked"
  | "lock-lost"
  | "changed"
  | "host"
  | "disk-full"
  | "registry"
  | "watch"
  | "unhealthy"
  | "record";

/** The delivery room's error: `code` for programs, `message` for people, with what to do next. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly code: DeliveryErrorCode;

  constructor(code: DeliveryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
