import { styleText } from "node:util";
import type { LayerReport, LayerRow, Tally } from "../../image/report/layerReport.ts";
import { bytesText } from "./bytes.ts";
import { hang } from "./wrap.ts";

const shownSavings = 5;

/** A line a layer, then what could be saved and how. */
export function formatLayers({ layers, savings, size, wasted }: LayerReport, name: string, columns: number): string {
  const share = size === 0 ? "0" : ((100 * wasted) / size).toFixed(1);
  const lines = [
    `${name}: ${layers.length} layers, ${bytesText(size)}; ${bytesText(wasted)} (${share}%) no longer show`,
    "",
    styleText("dim", "  #        size     added   changed   removed    wasted  instruction"),
    ...layers.map((layer) => row(layer, columns)),
  ];
  for (const { from, hiddenBy, bytes, files, largest } of savings.slice(0, shownSavings)) {
    const by = instruction(layers[hiddenBy]);
    lines.push(
      "",
      hang(
        "  ",
        `${styleText("bold", bytesText(bytes))} saved if ${title(layers[from])} left out what ${title(layers[hiddenBy])} hides: ${files} ${files === 1 ? "file" : "files"}`,
        columns,
      ),
      ...largest.map(({ path, size }) => `    ${bytesText(size).padStart(9)}  ${path}`),
      hang(
        "    ",
        by.startsWith("RUN")
          ? "remove them in the same RUN that makes them, or make them in an earlier stage and COPY what is needed"
          : "copy the right file once, or leave the first one out (.dockerignore)",
        columns,
      ),
    );
  }
  if (savings.length > shownSavings)
    lines.push("", `  and ${savings.length - shownSavings} smaller savings (--json has all)`);
  return `${lines.join("\n")}\n`;
}

function row(layer: LayerRow, columns: number): string {
  const cells = [layer.size, layer.added, layer.changed, layer.removed, layer.wasted].map((cell) =>
    cellText(cell).padStart(10),
  );
  const text = `${String(layer.index + 1).padStart(3)}${cells.join("")}  `;
  const room = Math.max(20, columns - text.length);
  const what = instruction(layer);
  return text + (what.length > room ? `${what.slice(0, room - 1)}…` : what);
}

function cellText(cell: number | Tally): string {
  const bytes = typeof cell === "number" ? cell : cell.bytes;
  return typeof cell !== "number" && cell.files === 0 ? "-" : bytesText(bytes);
}

function title(layer: LayerRow | undefined): string {
  const text = instruction(layer);
  return `layer ${(layer?.index ?? 0) + 1}${text === "" ? "" : ` (${text.length > 50 ? `${text.slice(0, 49)}…` : text})`}`;
}

function instruction(layer: LayerRow | undefined): string {
  return layer?.instruction ?? "";
}
