// Starting, reloading and stopping the proxy on a host.
import { checked } from "../hosts/checked.ts";
import { proxySocket } from "../hosts/hostState.ts";
import { hostScript, type Place } from "../hosts/prelude.ts";
import type { RemoteHost } from "../ssh/connection.ts";

/**
 * Puts the configuration in place; starts haproxy if it isn't running; reloads it where more than servers changed (the new
 * process takes the listening sockets over from the old one, no connection is refused). A configuration that haproxy
 * refuses is not put in place.
 *
 * It comes back after a reboot by systemd where root has it. Elsewhere `$root/boot` starts all proxies of the host: by
 * cron's @reboot where there is a crontab, else by whatever the machine starts with.
 */
const ensureBody = String.raw`
fenced
need haproxy
haproxy=$(command -v haproxy)
${proxySocket}
cfg=$state/haproxy.cfg pid=$state/haproxy.pid
mkdir -p "$root/run"
printf '%s' "$config" >"$cfg.new"
"$haproxy" -c -q -f "$cfg.new" 8>&- || { rm -f "$cfg.new"; exit 1; }
rm -f "$cfg.new"
put "$cfg" "$config"
running() { [ -f "$pid" ] && kill -0 "$(head -n 1 "$pid")" 2>/dev/null && grep -q haproxy "/proc/$(head -n 1 "$pid")/comm" 2>/dev/null; }
unit=fairlead-$service-$environment.service
if [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ]; then
  put "/etc/systemd/system/$unit" "[Unit]
Description=Fairlead: traffic of $service in $environment
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStart=$haproxy -Ws -f $cfg -p $pid
ExecReload=$haproxy -c -q -f $cfg
ExecReload=/bin/kill -USR2 \$MAINPID
KillMode=mixed
SuccessExitStatus=143
Restart=always

[Install]
WantedBy=multi-user.target
"
  systemctl daemon-reload
  systemctl enable --quiet "$unit"
  start() { systemctl restart "$unit" 8>&-; }
  reload() { systemctl reload "$unit"; }
else
  put "$root/boot" '#!/bin/sh
# Starts the proxies of this host that are not running. Written by Fairlead; to be called at boot.
root=$(dirname "$0")
mkdir -p "$root/run"
for cfg in "$root"/*/*/haproxy.cfg; do
  pid=$'"{cfg%.cfg}"'.pid
  [ -f "$cfg" ] || continue
  kill -0 "$(head -n 1 "$pid" 2>/dev/null)" 2>/dev/null && grep -q haproxy "/proc/$(head -n 1 "$pid")/comm" && continue
  haproxy -W -D -f "$cfg" -p "$pid"
done
'
  if command -v crontab >/dev/null 2>&1 && ! crontab -l 2>/dev/null | grep -qF "$root/boot"; then
    { crontab -l 2>/dev/null || :; echo "@reboot /bin/sh $root/boot"; } | crontab - || :
  fi
  # A session of its own: the end of ours is not its end.
  start() { rm -f "$sock"; setsid "$haproxy" -W -D -f "$cfg" -p "$pid" 8>&- >/dev/null; }
  reload() { kill -USR2 "$(head -n 1 "$pid")"; }
fi
before=$(cat "$state/haproxy.loaded" 2>/dev/null || :)
if ! running; then start; echo started
elif [ "$before" != "$structure" ]; then reload; echo reloaded
else echo running; fi
put "$state/haproxy.loaded" "$structure"
`;

export interface EnsureProxy {
  readonly host: RemoteHost;
  readonly place: Place;
  readonly token: string;
  readonly config: string;
  readonly structure: string;
}

/** @throws DeliveryError with what haproxy said; SshError */
export async function ensureProxy({ host, place, token, config, structure }: EnsureProxy): Promise<void> {
  const script = hostScript(place, ensureBody, { token, config, structure });
  await checked(host, "configure haproxy", script, { timeout: 120_000 });
}

const stopBody = String.raw`
fenced
pid=$state/haproxy.pid
unit=fairlead-$service-$environment.service
if [ -f "/etc/systemd/system/$unit" ]; then
  systemctl disable --quiet --now "$unit" || :
  rm -f "/etc/systemd/system/$unit"
elif [ -f "$pid" ] && grep -q haproxy "/proc/$(head -n 1 "$pid")/comm" 2>/dev/null; then
  kill -USR1 "$(head -n 1 "$pid")" || :
fi
rm -f "$state/haproxy.cfg" "$state/haproxy.loaded" "$pid"
`;

/** Ends the proxy, letting requests finish: an environment that went from `switch` to `recreate` has no use for it. */
export async function stopProxy(host: RemoteHost, place: Place, token: string): Promise<void> {
  await checked(host, "stop haproxy", hostScript(place, stopBody, { token }), { timeout: 120_000 });
}
