import { basename, dirname, resolve } from "node:path";
import { escapePath, escapeVersion } from "../../gomod/module.ts";
import { startInProcess } from "../../gateway/inProcess.ts";
import { Progress } from "../../gateway/progress.ts";
import { GoProjectError } from "../../repo/goProjectError.ts";
import { readSummedModules, type SummedModule } from "../../repo/goSumFile.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { gatewayOptions } from "../gatewayOptions.ts";
import { type RunReport, startReport } from "../runReport.ts";
import { type CacheFlags, cacheSettings, orOutside } from "./settings.ts";

/** Downloads at once: what a go command with some cores asks for. */
const atOnce = 16;

/** Fetches all that go.sum knows into the cache. */
export async function warm(dir: string | undefined, flags: CacheFlags): Promise<void> {
  const modules = await modulesOf(resolve(dir ?? "."));
  const settings = cacheSettings(flags);
  const { options } = await gatewayOptions({ ...settings, insecureOpen: true });
  const progress = new Progress((event) => report.event(event));
  const report: RunReport = startReport(progress, {
    title: "fairlead cache warm",
    json: flags.json === true,
    modulesInSum: modules.filter(({ hasZip }) => hasZip).length,
  });
  const inProcess = { ...options, host: "127.0.0.1", port: 0, logLevel: "silent", stopMs: 2000 };
  const gateway = await orOutside(() => startInProcess(inProcess, progress));
  let missing = 0;
  try {
    const queue = modules.flatMap(keysOf);
    const work = async (): Promise<void> => {
      for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
        const answer = await fetch(`${gateway.url}/${key}`);
        for await (const _ of answer.body ?? []);
        if (answer.status !== 200) missing++;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    // Before the sum: what has been answered is counted when the answer is out, which may be after it has arrived.
    await gateway.stop();
  }
  report.end(missing === 0 ? "done" : `done, but for ${missing} files`);
  if (missing > 0) process.exitCode = exitCode.outside;
}

/** `path` is a folder, or one of the files that say what a folder needs. */
async function modulesOf(path: string): Promise<readonly SummedModule[]> {
  const dir = /^go\.(sum|mod|work|work\.sum)$/.test(basename(path)) ? dirname(path) : path;
  try {
    const modules = await readSummedModules(dir);
    if (modules !== undefined) return modules;
    throw new CommandError(`there is no go.sum and no go.work.sum in ${dir}, so nothing says what to fetch`);
  } catch (error) {
    if (error instanceof GoProjectError) throw new CommandError(error.message, exitCode.usage, { cause: error });
    throw error;
  }
}

/** What the go command asks for: of most modules of a graph the go.mod file alone. */
function keysOf({ path, version, hasZip }: SummedModule): string[] {
  const key = `${escapePath(path)}/@v/${escapeVersion(version)}`;
  return hasZip ? [`${key}.zip`, `${key}.info`, `${key}.mod`] : [`${key}.mod`];
}
