// Time zones, where Go looks for them (time/zoneinfo_unix.go, zoneinfo_goroot.go).

import { allows, lookup } from "../rootfs/lookup.ts";
import type { Container } from "../why/container.ts";
import { installAdvice } from "./installAdvice.ts";
import type { Need } from "./need.ts";
import type { StartedProgram } from "./startedProgram.ts";

const folders = ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"];
const archive = "/usr/local/go/lib/time/zoneinfo.zip";
const embed = `or import _ "time/tzdata" (or build with -tags timetzdata), which puts them into the program: some 450 KB`;

export function timeZones(container: Container, { path, go }: StartedProgram): Need | undefined {
  if (go === undefined) return undefined;
  const zone = variable(container);
  const asks = go.abilities.has("time-zone");
  if (!asks && zone === undefined) return undefined;
  const need = { kind: "time-zones", by: path } as const;
  const does = asks
    ? `${path} asks for time zones by name (time.LoadLocation)`
    : `TZ is ${zone ?? ""}, and ${path} takes its local time from it`;
  const met = (has: string): Need => ({
    ...need,
    state: "met",
    reason: `${does}: ${has}`,
    error: undefined,
    fixes: [],
  });
  if (go.abilities.has("own-time-zones")) return met("they are in the program (time/tzdata)");
  const found = timeZonesIn(container);
  if (found !== undefined) return met(`${found} is there`);
  const fix = installAdvice(container.fs, "tzdata", "/usr/share/zoneinfo");
  return {
    ...need,
    state: "missing",
    reason: `${does}, and the image has none${zone === undefined ? "" : `: with TZ=${zone}, local time is UTC and nothing says so`}`,
    error: asks ? `unknown time zone ${zone ?? "Europe/Berlin"}` : undefined,
    fixes: [fix, embed],
  };
}

/** The image's own TZ, where it names a zone. */
function variable({ env }: Container): string | undefined {
  const zone = (env.get("TZ") ?? "").replace(/^:/, "");
  return zone === "" || zone === "UTC" || zone.startsWith("/") ? undefined : zone;
}

/** Where there are some; undefined for nowhere. */
export function timeZonesIn({ env, fs, who }: Container): string | undefined {
  const own = env.get("ZONEINFO") ?? "";
  return [...(own === "" ? [] : [own]), ...folders, archive].find((path) => {
    const found = lookup(fs, path, who);
    if (!found.ok) return false;
    const { node } = found;
    return node.children === undefined ? node.size > 0 && allows(node, 4, who) : node.children.size > 0;
  });
}
