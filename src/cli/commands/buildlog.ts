import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { BuildLogReader } from "../../build/log/reader.ts";
import { type BuildReport, reportOf } from "../../build/log/report.ts";
import { timelinePage } from "../../build/log/timelinePage.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { formatBuildReport } from "../print/buildReport.ts";
import { buildReportJson } from "../print/buildReportJson.ts";
import { addFormatOptions, printJson } from "../print/format.ts";

const examples = `
Examples:
  docker build --progress=plain . 2>&1 | tee build.log; fairlead buildlog build.log
  docker buildx build --progress=rawjson . 2>&1 | fairlead buildlog -
  fairlead buildlog job.log --html timeline.html     a log as GitLab or GitHub keep it
  fairlead buildlog build.log --json | jq '.worst'

Read are BuildKit's plain and rawjson progress, from Docker 20.10 on, with what CI
systems put before each line.

Exit status: 0 the log is of a build that succeeded; 1 of one that failed, was
cancelled or is cut off; 2 it is no such log, or there is no such file.`;

interface Options {
  readonly format: string;
  readonly html?: string;
}

export function command(): Command {
  const buildlog = new Command("fairlead buildlog")
    .description("Say where a docker build's time went, what missed the cache and why, and why it failed.")
    .argument("<file>", "the build's log; - reads standard input")
    .option("--html <file>", "also write a timeline, as one HTML file that needs nothing else");
  return addFormatOptions(buildlog).addHelpText("after", examples).action(run);
}

async function run(file: string, { format, html }: Options): Promise<void> {
  const report = await read(file);
  if (html !== undefined) await writeHtml(html, report, file);
  if (format === "json") printJson(buildReportJson(report));
  else process.stdout.write(formatBuildReport(report, process.stdout.columns ?? 120));
  if (report.log.format === "none" && report.log.failure === undefined) process.exitCode = exitCode.usage;
  else if (report.log.outcome !== "done") process.exitCode = exitCode.findings;
}

async function read(file: string): Promise<BuildReport> {
  const reader = new BuildLogReader();
  try {
    for await (const chunk of file === "-" ? process.stdin : createReadStream(file)) {
      if (chunk instanceof Uint8Array) reader.push(chunk);
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new CommandError(`can't read the log: ${said}`, exitCode.usage, { cause: error });
  }
  return reportOf(reader.end());
}

async function writeHtml(html: string, report: BuildReport, file: string): Promise<void> {
  try {
    await writeFile(html, timelinePage(report, file === "-" ? "build log" : file));
    process.stderr.write(`fairlead buildlog: wrote ${html}\n`);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new CommandError(`can't write the timeline: ${said}`, exitCode.outside, { cause: error });
  }
}
