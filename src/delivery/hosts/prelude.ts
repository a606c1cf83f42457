import type { Script } from "../ssh/script.ts";

/** Whose state on a host: it has a folder, a lock and a proxy of its own. */
export interface Place {
  readonly service: string;
  readonly environment: string;
  readonly engine: "docker" | "podman";
}

/** Exit statuses of our own scripts, beside those of the programs they start (sysexits.h leaves them free). */
export const scriptStatus = {
  /** The step's lock could not be had in time: another step still runs on the host. */
  busy: 91,
  /** The deploy's lock is not ours any more; whose it is is the last line of standard error. */
  lockLost: 92,
  /** A program is missing on the host; its name is the last line of standard error. */
  missing: 93,
} as const;

/**
 * What every script on a host begins with.
 *
 * - `$root`: where Fairlead keeps its state: `$FAIRLEAD_STATE` if the host sets it (sshd's SetEnv), /var/lib/fairlead for
 *   root or where the user may write there, else the user's own folder. `$state` is the part of one service and
 *   environment.
 * - `engine …`: docker or podman. Descriptors 8 and 9 hold our locks; podman's monitor outlives us and must not inherit
 *   them.
 * - `put FILE TEXT`: written beside, synced, renamed. printf is built into every sh, so TEXT is on no command line.
 * - `lockLost`: ends the script, saying who has the lock now.
 * - `fenced`: from here to the end of the script nobody else changes this service, and the deploy's lock is still ours.
 *   A script whose deployer died finishes before the next deployer's first step begins.
 */
const prelude: string = String.raw`
root=${"${FAIRLEAD_STATE:-}"}
if [ -z "$root" ]; then
  if [ "$(id -u)" = 0 ] || [ -w /var/lib/fairlead ]; then root=/var/lib/fairlead
  else root=$HOME/.local/state/fairlead; fi
fi
state=$root/$service/$environment
engine() { command "$engine" "$@" 8>&- 9>&-; }
need() { command -v "$1" >/dev/null 2>&1 || { echo "$1" >&2; exit ${String(scriptStatus.missing)}; }; }
# A shell's own printf says no more than "I/O error".
full() {
  df -Pk "$(dirname "$1")" 2>/dev/null | {
    read -r heads; read -r device size used free rest
    if [ "$free" -lt 64 ]; then echo "$1: no space left on device" >&2; fi
  }
}
put() {
  printf '%s' "$2" >"$1.tmp$$" || { full "$1" || :; rm -f "$1.tmp$$"; return 1; }
  sync "$1.tmp$$" 2>/dev/null || sync
  mv -f "$1.tmp$$" "$1"
}
lockLost() {
  sed -n 4p "$state/lock" >&2 2>/dev/null || :
  exit ${String(scriptStatus.lockLost)}
}
fenced() {
  need flock
  exec 8>>"$state/step"
  flock -w 90 8 || exit ${String(scriptStatus.busy)}
  fencedToken=
  if [ -f "$state/lock" ]; then read -r fencedToken <"$state/lock" || :; fi
  [ "$fencedToken" = "$token" ] || lockLost
}
# The containers of this service and environment, all of them or one release's.
ours() {
  if [ $# -gt 0 ]; then
    engine ps -a -q --no-trunc --filter "label=fairlead.service=$service" \
      --filter "label=fairlead.environment=$environment" --filter "label=fairlead.release=$1"
  else
    engine ps -a -q --no-trunc --filter "label=fairlead.service=$service" --filter "label=fairlead.environment=$environment"
  fi
}
`;

/** A script about one service and environment, with the prelude before it. */
export function hostScript(
  { service, environment, engine }: Place,
  body: string,
  values: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Script {
  return { body: `${prelude}\n${body}`, values: { service, environment, engine, ...values }, args };
}
