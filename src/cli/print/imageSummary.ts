import { styleText } from "node:util";
import type { LayerReport } from "../../image/report/layerReport.ts";
import type { ImageSummary } from "../../image/report/summary.ts";
import type { ImageConfig } from "../../image/source/config.ts";
import type { Verdict } from "../../image/why/verdict.ts";
import { bytesText } from "./bytes.ts";
import { baseLines, needLines } from "./imageNeeds.ts";
import { hang } from "./wrap.ts";

export interface ShownImage {
  readonly name: string;
  readonly id: string;
  readonly config: ImageConfig;
  readonly summary: ImageSummary;
  readonly layers: LayerReport;
  readonly verdict: Verdict;
}

/** An image on a page: what it is, what it starts, what is in it, what is wasted. */
export function formatSummary({ name, id, config, summary, layers, verdict }: ShownImage, columns: number): string {
  const list = (items: readonly string[]): string => JSON.stringify(items).replaceAll(",", ", ");
  const rows: [string, string][] = [
    ["id", id],
    ["platform", summary.platform],
    [
      "base",
      `${summary.distribution ?? "nothing that names itself"}${summary.libc === undefined ? ", no C library" : `, ${summary.libc}`}`,
    ],
    [
      "size",
      `${bytesText(summary.bytes)} in ${summary.files} files; ${layers.layers.length} layers of ${bytesText(layers.size)}, ${bytesText(layers.wasted)} of them hidden`,
    ],
    ["command", verdict.argv.length === 0 ? "none" : list(verdict.argv)],
    ["user", config.user === "" ? styleText("yellow", "root") : config.user],
    ["folder", config.workingDir || "/"],
    ...(config.exposedPorts.length === 0 ? [] : [["ports", config.exposedPorts.join(", ")] satisfies [string, string]]),
    ...(config.volumes.length === 0 ? [] : [["volumes", config.volumes.join(", ")] satisfies [string, string]]),
    // Values may be secrets.
    ...(config.env.length === 0
      ? []
      : [["variables", config.env.map((line) => line.split("=")[0] ?? "").join(", ")] satisfies [string, string]]),
  ];
  const lines = [styleText("bold", name), ...rows.map(([label, text]) => hang(`  ${label.padEnd(10)}`, text, columns))];
  for (const { path, size, goVersion, package: main, version, modules, revision, linked } of summary.goPrograms) {
    const built = `${path}: ${main}${version === undefined ? "" : ` ${version}`}, ${goVersion}, ${linked}, ${modules} modules, ${bytesText(size)}`;
    lines.push(
      hang("  Go        ", `${built}${revision === undefined ? "" : `, of ${revision.slice(0, 12)}`}`, columns),
    );
  }
  const { obstacle } = verdict;
  const start =
    obstacle === undefined
      ? styleText("green", "as far as its files can tell")
      : `${styleText("red", "no")}: ${obstacle.reason} (fairlead image why ${name})`;
  lines.push(hang("  starts    ", start, columns));
  lines.push(...needLines(verdict.needs, columns, { met: true }));
  if (verdict.base !== undefined) lines.push(...baseLines(verdict.base, columns));
  return `${lines.join("\n")}\n`;
}
