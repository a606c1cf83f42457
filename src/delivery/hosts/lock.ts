// The lock of a service and environment on one host: a file with the holder's token, a deadline, and who, why and since
// when. Times are the host's clock throughout, so that two deployers whose clocks differ agree.
//
// `guard` (flock) makes looking and writing one step. `step` (flock) is held by every script that changes something: who
// takes a lapsed lock over waits until the last such script of the dead deployer has ended.
import { hostname, userInfo } from "node:os";
import { DeliveryError } from "../deliveryError.ts";
import type { RemoteHost } from "../ssh/connection.ts";
import { checked } from "./checked.ts";
import { type LockHolder, parseLockHolder } from "./lockHolder.ts";
import { hostScript, type Place } from "./prelude.ts";

export interface LockClaim extends LockHolder {
  /** Unique to this deploy. */
  readonly token: string;
}

/** Somebody's lock, as another deployer sees it. */
export interface HeldLock extends LockHolder {
  /** Seconds since 1970, by the host's clock, like `deadline` and `now`. */
  readonly since: number;
  readonly deadline: number;
  readonly now: number;
}

/** A holder that is silent for so long has lost the lock. */
const lockSeconds = 60;
const renewEvery = 15_000;

const peek = String.raw`
now=$(date +%s)
heldToken= heldDeadline=0 heldSince=0 heldWho=
if [ -f "$state/lock" ]; then
  { read -r heldToken; read -r heldDeadline; read -r heldSince; read -r heldWho; } <"$state/lock" || :
fi
isHeld() { [ -n "$heldToken" ] && [ "$heldToken" != "$token" ] && [ "$heldDeadline" -gt "$now" ]; }
`;

const takeBody = String.raw`
need flock
mkdir -p "$state/releases" "$root/run"
chmod 700 "$root" "$root/run" "$state" "$state/releases" 2>/dev/null || :
look() { ${peek} }
look
if isHeld && [ -z "$force" ]; then echo held "$heldSince" "$heldDeadline" "$now" "$heldWho"; exit 0; fi
exec 8>>"$state/step" 9>>"$state/guard"
flock -w 90 8 || exit 91
flock -w 10 9 || exit 91
look
if isHeld && [ -z "$force" ]; then echo held "$heldSince" "$heldDeadline" "$now" "$heldWho"; exit 0; fi
rm -f "$state"/*.tmp* "$state"/releases/*.tmp*
put "$state/lock" "$token
$((now + seconds))
$now
$who
"
if [ -n "$heldToken" ] && [ "$heldToken" != "$token" ]; then
  if isHeld; then how=forced; else how=lapsed; fi
  echo "broke $how $heldSince $heldDeadline $now $heldWho"
else echo taken; fi
`;

const renewBody = String.raw`
exec 9>>"$state/guard"
flock -w 10 9 || exit 91
${peek}
[ "$heldToken" = "$token" ] || lockLost
put "$state/lock" "$token
$((now + seconds))
$heldSince
$heldWho
"
`;

const releaseBody = String.raw`
exec 9>>"$state/guard"
flock -w 10 9 || exit 91
${peek}
if [ "$heldToken" = "$token" ]; then rm -f "$state/lock"; fi
`;

/** How a lock was come by: `broken` tells whose it was, for the record. */
export type Taken =
  | { readonly broken: undefined }
  | { readonly broken: HeldLock & { readonly how: "forced" | "lapsed" } };

/**
 * Takes the lock, or takes over one whose deadline has passed (with `force`, any).
 *
 * @throws DeliveryError `locked`, saying who holds it, why and since when
 */
export async function takeLock(host: RemoteHost, place: Place, claim: LockClaim, force: boolean): Promise<Taken> {
  const who = JSON.stringify({ owner: claim.owner, reason: claim.reason });
  const values = { token: claim.token, who, seconds: String(lockSeconds), force: force ? "1" : "" };
  const { stdout } = await checked(host, "take the lock", hostScript(place, takeBody, values), { timeout: 120_000 });
  const [word, ...rest] = stdout.trim().split(" ");
  if (word === "taken") return { broken: undefined };
  if (word === "broke")
    return { broken: { how: rest[0] === "forced" ? "forced" : "lapsed", ...parseHeld(rest.slice(1)) } };
  if (word === "held") throw heldError(host, place, parseHeld(rest));
  throw new DeliveryError("host", `${host.name}: the lock's script answered ${JSON.stringify(stdout.slice(0, 200))}`);
}

function heldError(host: RemoteHost, { service, environment }: Place, held: HeldLock): DeliveryError {
  const age = held.now - held.since;
  const left = held.deadline - held.now;
  return new DeliveryError(
    "locked",
    `${host.name}: ${service} in ${environment} is being deployed by ${held.owner} (${held.reason}), ` +
      `since ${new Date(held.since * 1000).toISOString()} (${age} s). ` +
      `It renews its lock while it lives; if it is dead, the lock lapses in ${left} s and the same command goes on. ` +
      `To break a living one: --force (this is recorded)`,
  );
}

function parseHeld([since = "0", deadline = "0", now = "0", ...who]: readonly string[]): HeldLock {
  const holder = parseLockHolder(who.join(" ")) ?? { owner: "somebody", reason: "the lock file is damaged" };
  return { ...holder, since: Number(since), deadline: Number(deadline), now: Number(now) };
}

export async function releaseLock(host: RemoteHost, place: Place, token: string): Promise<void> {
  await checked(host, "give the lock back", hostScript(place, releaseBody, { token }), { timeout: 30_000 });
}

/** Keeps locks alive until disposed. `lost` is aborted, with the reason, once one of them is not ours any more. */
export class LockKeeper implements Disposable {
  readonly lost: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  constructor(holders: readonly { readonly host: RemoteHost; readonly place: Place }[], token: string) {
    const lost = new AbortController();
    this.lost = lost.signal;
    const silent = new Map<RemoteHost, number>();
    const renewOne = async (host: RemoteHost, place: Place): Promise<void> => {
      const script = hostScript(place, renewBody, { token, seconds: String(lockSeconds) });
      try {
        await checked(host, "renew the lock", script, { timeout: 20_000 });
        silent.delete(host);
      } catch (error) {
        // One silence may be a slow moment; after the third the deadline has all but passed.
        const count = (silent.get(host) ?? 0) + 1;
        silent.set(host, count);
        if (count >= 3 || (error instanceof DeliveryError && error.code === "lock-lost")) lost.abort(error);
      }
    };
    this.#timer = setInterval(() => {
      for (const { host, place } of holders) void renewOne(host, place);
    }, renewEvery);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Who we are, for locks and records: what CI says of itself, else user and machine. */
export function deployer(env: NodeJS.ProcessEnv): string {
  const ci = env["GITLAB_USER_LOGIN"] ?? env["GITHUB_ACTOR"];
  const job = env["CI_JOB_URL"] ?? runUrl(env);
  if (ci !== undefined) return job === undefined ? ci : `${ci} (${job})`;
  return `${env["FAIRLEAD_USER"] ?? userName(env)}@${hostname()}`;
}

function runUrl(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return server === undefined || repository === undefined || run === undefined
    ? undefined
    : `${server}/${repository}/actions/runs/${run}`;
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // No entry in passwd, as in many containers.
    return env["USER"] ?? "somebody";
  }
}
