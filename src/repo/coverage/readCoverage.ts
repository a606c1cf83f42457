// The coverage reports of a project, as far as they name what is not there. They may be large, and mostly nothing is wrong.
import { posix } from "node:path";
import { type GitMoves, readGitMoves } from "../gitMoves.ts";
import type { GoProject } from "../goProject.ts";
import type { ProjectTree } from "../projectTree.ts";
import { areAllThere, type CoverageFault, coverageFaults, type CoverageTree } from "./coverageFaults.ts";
import { type CoverageReport, isReportName, readReport } from "./coverageReport.ts";

export interface FaultyReport extends CoverageReport {
  readonly faults: readonly CoverageFault[];
}

/** What a person keeps, and not what a machine piles up. */
const mostReports = 50;
const mostBytes = 64 << 20;

export async function readCoverage(
  tree: ProjectTree,
  go: GoProject | undefined,
  isOwn: (file: string) => boolean,
): Promise<readonly FaultyReport[]> {
  const names = tree.files.filter((file) => isReportName(file) && isOwn(file)).slice(0, mostReports);
  const held: CoverageTree = {
    root: tree.root,
    has: tree.has,
    folders: new Set(names.length === 0 ? [] : tree.files.map((file) => posix.dirname(file))),
    onlyFiles: new Map(names.length === 0 ? [] : onlyFiles(tree.files)),
    modules: go?.modules ?? [],
    required: (go?.modules ?? []).flatMap(({ requires }) => requires.map(({ path }) => path)),
  };
  const reports: FaultyReport[] = [];
  let left = mostBytes;
  let moves: GitMoves | undefined;
  for (const file of names) {
    const size = tree.sizeOf(file) ?? 0;
    if (size > left) continue;
    left -= size;
    const report = readReport(file, (await tree.read(file, mostBytes)) ?? "");
    // Without a go.mod that can be read nobody knows what a profile's names should be.
    if (report === undefined || (report.format === "go" && held.modules.length === 0)) continue;
    if (areAllThere(report, held)) continue;
    moves ??= await readGitMoves(tree.root);
    const faults = coverageFaults(report, held, moves);
    if (faults.length > 0) reports.push({ ...report, faults });
  }
  return reports;
}

function onlyFiles(files: readonly string[]): readonly (readonly [name: string, file: string])[] {
  return [...Map.groupBy(files, (file) => posix.basename(file))].flatMap(([name, [file, other]]) =>
    file === undefined || other !== undefined ? [] : [[name, file] as const],
  );
}
