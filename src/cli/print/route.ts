import { originText } from "./goOrigin.ts";
import { styleText } from "node:util";
import { redactSecrets, redactUrl } from "../../config/redact.ts";
import type { GoVariable } from "../../repo/goEnvironment.ts";
import type { ModuleRoute } from "../../repo/moduleRoute.ts";
import type { HopProbe, Probe } from "../../repo/probe.ts";
import type { Hop } from "../../repo/proxyChain.ts";
import type { RouteWarning } from "../../repo/routeWarnings.ts";
import { hang } from "./wrap.ts";

/** All that `fairlead route` found out. */
export interface RouteReport {
  readonly route: ModuleRoute;
  readonly variables: readonly GoVariable[];
  readonly warnings: readonly RouteWarning[];
  readonly probe: Probe | undefined;
  /** Advice on a hop's answer, by the hop's place. */
  readonly advice: readonly (string | undefined)[];
}

const bold = (text: string): string => styleText("bold", text);
const dim = (text: string): string => styleText("dim", text);

export function formatRoute(report: RouteReport): string {
  const { route, variables, warnings } = report;
  const title = route.version === undefined ? route.path : `${route.path}@${route.version}`;
  const parts = [
    bold(title),
    [bold("Download"), ...downloadLines(report)].join("\n"),
    ...(route.download.fault === undefined ? [[bold("Checksum"), ...checksumLines(route)].join("\n")] : []),
    [bold("Settings"), ...settingLines(variables)].join("\n"),
    ...(warnings.length === 0 ? [] : [warnings.map(warningText).join("\n")]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function warningText({ message }: RouteWarning): string {
  const text = hang("warning: ", message);
  return text.replace(/^warning:/, styleText("yellow", "warning:"));
}

function downloadLines({ route, probe, advice }: RouteReport): string[] {
  const { download } = route;
  const lines = [hang("  ", whyText(route))];
  if (download.fault !== undefined)
    return [...lines, hang("  ", `The go command stops at once: ${redactUrl(download.fault)}`)];
  for (const [index, hop] of download.hops.entries()) {
    lines.push(hang(`  ${index + 1}. `, hopText(hop)));
    const probed = probe?.hops[index];
    if (probed !== undefined) lines.push(...probeLines(probed, advice[index]));
  }
  if (download.direct !== undefined) lines.push(hang("  ", directText(route)));
  if (probe !== undefined) lines.push(hang("  ", resultText(probe)));
  return lines;
}

function whyText({ download }: ModuleRoute): string {
  const { skipsProxies, fault } = download;
  if (fault !== undefined && skipsProxies === undefined) return "No source is asked.";
  if (skipsProxies === undefined) return "As GOPROXY says, for no pattern of GONOPROXY matches:";
  const { variable, pattern } = skipsProxies;
  return `From its repository alone, whatever GOPROXY says (off included), for ${variable}'s pattern "${pattern}" matches:`;
}

function hopText({ kind, url, onward }: Hop): string {
  if (kind === "off") return "off: nothing is asked, it fails";
  const name = kind === "direct" ? "direct, its repository" : redactUrl(url);
  const then = { notFound: "next after 404 and 410 alone", anyFailure: "next after any failure", end: "then it ends" };
  return `${name}  (${then[onward]})`;
}

function directText({ download: { direct } }: ModuleRoute): string {
  if (direct === undefined) return "";
  if (direct.fault !== undefined) return `Direct fetches fail: ${direct.fault}`;
  const kind = direct.isPrivate === undefined ? "public" : `private by GOPRIVATE's "${direct.isPrivate.pattern}"`;
  const allowed = direct.allowed.length === 0 ? "nothing, so it fails" : direct.allowed.join(", ");
  const transport =
    direct.insecure === undefined
      ? "over https or ssh, certificates checked"
      : `over plain http and with any certificate too, for GOINSECURE's "${direct.insecure.pattern}" matches`;
  return `Direct may start ${allowed} (GOVCS, the path being ${kind}), ${transport}.`;
}

function probeLines(
  { asked, status, milliseconds, lines, outcome, next }: HopProbe,
  advice: string | undefined,
): string[] {
  const time = milliseconds === undefined ? "" : `, first byte after ${milliseconds} ms`;
  const answer = status === undefined ? "no answer" : `answered ${status}${time}`;
  const mark = { found: "green", notFound: "yellow", failure: "red", unknown: "yellow" } as const;
  const then = {
    done: "the go command takes it from here",
    next: "the go command goes on to the next",
    stop: outcome === "unknown" ? "git decides" : "the go command gives up here",
  };
  if (next === "unreached") return [hang("     ", "not asked: the go command never comes so far")];
  if (asked === "") return [];
  const head = styleText(mark[outcome], hang("     ", `${asked} ${answer}`));
  const rest = [...lines.map((line) => `| ${line}`), `=> ${then[next]}`, ...(advice === undefined ? [] : [advice])];
  return [head, ...rest.map((line) => hang("     ", line))];
}

function resultText({ result, hops }: Probe): string {
  const source = hops.find(({ next }) => next === "done");
  if (result === "found") return `Now: it comes from ${redactUrl(source?.hop.url ?? "")}.`;
  return result === "fails" ? "Now: no source gives it." : "Now: it depends on what git finds with your credentials.";
}

function checksumLines({ checksum }: ModuleRoute): string[] {
  const lines = ["  go.sum first: with a line there, nobody is asked. Without one:"];
  if (checksum.kind === "fault") return [...lines, hang("  ", `it fails: ${checksum.message}`)];
  if (checksum.kind === "skipped") {
    const { because } = checksum;
    const why = because === "off" ? "GOSUMDB=off" : `${because.variable}'s pattern "${because.pattern}" matches`;
    return [...lines, hang("  ", `what comes is taken as it is, and go.sum keeps its hash, for ${why}.`)];
  }
  const { name, url, hops, isForced } = checksum;
  const forced = isForced ? " (settings to the contrary don't count for toolchains)" : "";
  if (url !== undefined)
    return [...lines, hang("  ", `${name} verifies it, asked at ${redactUrl(url)} as GOSUMDB says${forced}.`)];
  const proxies = hops.filter(({ kind }) => kind === "proxy");
  const way =
    proxies.length === 0
      ? `asked directly, https://${name}`
      : `asked through the first proxy that knows /sumdb/${name}/supported, by the rules above; directly only if each of them says 404 or 410`;
  return [...lines, hang("  ", `${name} verifies it${forced}, ${way}.`)];
}

function settingLines(variables: readonly GoVariable[]): string[] {
  const shown = variables.filter(({ value }) => value !== "");
  const absent = variables.filter(({ value, name }) => value === "" && name !== "GONOSUMCHECK").map(({ name }) => name);
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const values = shown.map(({ value }) => redactSecrets(value).length);
  const valueWidth = Math.min(32, Math.max(0, ...values));
  const lines = shown.map(({ name, value, origin }) => {
    const head = `  ${name.padEnd(width)}  ${redactSecrets(value)}`;
    const from = originText(origin);
    const fitting = [head.padEnd(width + valueWidth + 4), head].find((each) => each.length + 2 + from.length <= 80);
    return `${fitting ?? `${head}\n${" ".repeat(width + 2)}`}  ${dim(from)}`;
  });
  return absent.length === 0 ? lines : [...lines, dim(hang("  not set: ", absent.join(" ")))];
}
