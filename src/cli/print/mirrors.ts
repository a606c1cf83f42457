import type { SourceHealth } from "../../gateway/health/healthRows.ts";
import type { MirrorProbe } from "../../repo/mirrors/probeMirrors.ts";
import type { ToolName, ToolSetting } from "../../repo/mirrors/toolSetting.ts";

interface Examined {
  readonly tool: ToolName;
  readonly setting: ToolSetting;
  readonly probes: readonly MirrorProbe[];
  readonly recommended: string | undefined;
  readonly why: string;
  readonly done: string | undefined;
}

export function probeLines({ tool, setting, probes, recommended, why, done }: Examined): string[] {
  const width = Math.max(0, ...probes.map(({ url }) => url.length));
  const { name, value, origin, overruled } = setting;
  const lines = [`${tool.padEnd(5)} ${name} = ${value === "" ? "nothing" : value}  (${origin})`];
  for (const { url, from, verdict, milliseconds } of probes) {
    const time = milliseconds === undefined ? "" : `${milliseconds} ms`;
    lines.push(`      ${url.padEnd(width)}  ${time.padStart(8)}  ${verdict}${from === "set" ? "" : `  (${from})`}`);
  }
  if (done !== undefined) lines.push(`      done: ${done}  (${why}; --undo puts back what was there)`);
  else if (recommended !== undefined) lines.push(`      better: ${recommended}  (${why}; --apply sets it)`);
  else lines.push(`      ${why}`);
  if (overruled !== undefined && (recommended !== undefined || done !== undefined))
    lines.push(`      but ${overruled}`);
  return lines;
}

export function healthLines(upstreams: readonly SourceHealth[], now: number): string[] {
  const width = Math.max(...upstreams.map(({ source }) => source.length));
  const rows = upstreams.map((each) => {
    const { source, state, isolated, latencyMs, bytesPerSecond, answers, failures, lastSuccess, lastError } = each;
    const figures = [
      `${Math.round(latencyMs)} ms`,
      bytesPerSecond === 0 ? "" : `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`,
      `${answers} answers`,
      `${failures} failures`,
      lastSuccess === 0 ? "never answered" : `answered ${ago(now - lastSuccess)} ago`,
    ];
    const why = isolated?.reason ?? (state === "closed" ? undefined : lastError);
    const how = isolated === undefined ? state : "isolated";
    const line = `      ${source.padEnd(width)}  ${how.padEnd(9)}  ${figures.filter((text) => text !== "").join(", ")}`;
    return why === undefined ? [line] : [line, `        ${why}`];
  });
  return ["", "gateway, as it measured its sources", ...rows.flat()];
}

function ago(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 2) return `${Math.max(0, Math.round(milliseconds / 1000))} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
