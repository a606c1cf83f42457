// The files that Fairlead keeps on a host, below $state: record.json, releases/<release>.env.
import { type HostRecord, formatRecord } from "../release/record.ts";
import type { RemoteHost } from "../ssh/connection.ts";
import { checked } from "./checked.ts";
import type { Site } from "./containers.ts";
import { hostScript, type Place } from "./prelude.ts";

const quick = { timeout: 150_000 };

/** @throws DeliveryError `lock-lost` where somebody else has the lock: a record has one writer */
export async function saveRecord({ host, place, token }: Site, record: HostRecord): Promise<void> {
  const script = hostScript(place, 'fenced\nput "$state/record.json" "$record"', {
    token,
    record: formatRecord(record),
  });
  await checked(host, "write the release record", script, quick);
}

/** Writes a release's settings, in the engine's form, for its owner alone (the prelude's umask makes it 0600). */
export async function saveSettings({ host, place, token }: Site, release: string, text: string): Promise<void> {
  const script = hostScript(place, 'fenced\nput "$state/releases/$release.env" "$text"', { token, release, text });
  await checked(host, "write the settings", script, quick);
}

/** A release's settings as they lie on the host; undefined where they don't. */
export async function readSettings(host: RemoteHost, place: Place, release: string): Promise<string | undefined> {
  const body = 'f=$state/releases/$release.env\nif [ -f "$f" ]; then echo found; cat "$f"; fi';
  const { stdout } = await checked(host, "read a release's settings", hostScript(place, body, { release }), quick);
  return stdout.startsWith("found\n") ? stdout.slice("found\n".length) : undefined;
}

/** Records that a lock was broken, where those who come later look for it. */
export async function logBrokenLock({ host, place, token }: Site, line: object): Promise<void> {
  const body = String.raw`fenced` + '\nprintf \'%s\\n\' "$line" >>"$state/broken-locks.log"';
  const script = hostScript(place, body, { token, line: JSON.stringify(line) });
  await checked(host, "record the broken lock", script, quick);
}

/**
 * Removes what is no way back any more: containers and settings of releases that are not kept, and their images unless
 * some record on this host (of whatever service and environment) still names the digest, or a container uses it.
 */
const pruneBody = String.raw`
fenced
isKept() { case " $kept " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
for id in $(ours); do
  release=$(engine inspect --type container --format '{{index .Config.Labels "fairlead.release"}}' "$id") || continue
  if [ "$release" != "$serving" ]; then engine rm -f "$id" >/dev/null || :; fi
done
for file in "$state"/releases/*.env; do
  [ -f "$file" ] || continue
  release=${"${file##*/}"}
  release=${"${release%.env}"}
  isKept "$release" || rm -f "$file"
done
for image in "$@"; do
  digest=${"${image##*@}"}
  used=
  for record in "$root"/*/*/record.json; do
    [ "$record" = "$state/record.json" ] && continue
    if grep -qF "$digest" "$record" 2>/dev/null; then used=1; fi
  done
  if [ -z "$used" ] && engine image inspect --format ok "$image" >/dev/null 2>&1; then
    # Without force: an image that any container uses stays.
    if engine image rm "$image" >/dev/null 2>&1; then echo "removed $image"; fi
  fi
done
`;

export interface Prune {
  /** The release whose container stays. */
  readonly serving: string;
  readonly kept: ReadonlySet<string>;
  /** References of the images that are no longer kept. */
  readonly images: readonly string[];
}

/** Resolves to the images that were removed. */
export async function prune({ host, place, token }: Site, { serving, kept, images }: Prune): Promise<string[]> {
  const values = { token, serving, kept: [...kept].join(" ") };
  const { stdout } = await checked(host, "prune old releases", hostScript(place, pruneBody, values, images), {
    timeout: 300_000,
  });
  return stdout.split("\n").flatMap((line) => (line.startsWith("removed ") ? [line.slice("removed ".length)] : []));
}
