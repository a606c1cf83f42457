import { styleText } from "node:util";
import type { NpmProject } from "../../repo/npm/npmProject.ts";
import { type RangeUse, rangesOf } from "../../repo/npm/ranges.ts";
import { hang } from "./wrap.ts";

const groups = {
  dependencies: "",
  devDependencies: "dev",
  optionalDependencies: "optional",
  peerDependencies: "peer",
} as const;

const titles = ["package", "", "asks for", "lets in", "locked"];

/** A table for each package.json that depends on anything. */
export function formatRanges(projects: readonly NpmProject[], columns: number): string {
  const tables = projects.flatMap((project) => {
    const rows = rangesOf(project).map((use) => ({ use, cells: cellsOf(use) }));
    if (rows.length === 0) return [];
    const { manifest, held } = project;
    const widths = titles.map((title, column) =>
      Math.max(title.length, ...rows.map(({ cells }) => (cells[column] ?? "").length)),
    );
    const line = (cells: readonly string[]): string =>
      `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
    const head = `${styleText("bold", manifest.file)}, ${held === undefined ? "which no lock file holds" : `held by ${held.lock.file}`}\n${styleText("dim", line(titles))}\n`;
    const lines = rows.map(({ use, cells }) => {
      const notes = notesOf(use).join("; ");
      return `${line(cells)}\n${notes === "" ? "" : `${hang("      ", notes, columns)}\n`}`;
    });
    return [`${head}${lines.join("")}`];
  });
  return tables.length === 0 ? "There is no package.json that depends on anything.\n" : tables.join("\n");
}

function cellsOf({ dependency, allows, locked }: RangeUse): readonly string[] {
  const { name, spec, group } = dependency;
  return [name, groups[group], spec === "" ? '""' : spec, allows, locked ?? "-"];
}

function notesOf({ letsBreakingIn, isLockedAllowed, locked, breaking, reach, peers }: RangeUse): readonly string[] {
  const unmet = peers.filter(({ isMet }) => isMet === false);
  const against = peers.filter(({ takesBreaking, isMet }) => takesBreaking === false && isMet === true);
  const whom = (wishes: typeof peers): string =>
    wishes.map(({ name, version, range }) => `${name} ${version ?? ""} (${range})`).join(", ");
  return [
    ...(isLockedAllowed === false ? [styleText("red", "the lock file's is outside")] : []),
    ...(letsBreakingIn
      ? [
          styleText(
            "yellow",
            reach === "majors" ? "breaking versions get in, up to its end" : "breaking versions get in",
          ),
        ]
      : []),
    ...(unmet.length > 0 ? [`${locked ?? ""} does not suit ${whom(unmet)}`] : []),
    ...(against.length > 0 ? [`${breaking ?? ""} would not suit ${whom(against)}`] : []),
  ];
}
