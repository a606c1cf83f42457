import { execFile } from "node:child_process";
import { cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));

/** What the numbers were measured on and with, as pairs for the report. */
export async function describeMachine(): Promise<[name: string, value: string][]> {
  const processors = cpus();
  return [
    ["Date", new Date().toISOString().slice(0, 10)],
    ["Revision", await revision()],
    ["Processor", `${processors.length} cores, ${processors[0]?.model.trim() ?? "unknown"}`],
    ["Memory", `${(totalmem() / 1024 ** 3).toFixed(1)} GiB`],
    ["Kernel", `${type()} ${release()}`],
    ["Node", process.version],
    ["Go", (await firstLine("go", ["version"])).replace("go version ", "")],
    // wrk prints its version together with its usage, and fails.
    ["wrk", (await firstLine("wrk", ["-v"])).replace(/ Copyright.*/, "").replace("wrk ", "")],
  ];
}

/** The commit, marked where the working tree differs from it in what is measured. */
async function revision(): Promise<string> {
  const commit = await firstLine("git", ["rev-parse", "--short=12", "HEAD"]);
  const changed = await firstLine("git", ["status", "--porcelain", "--", ":/src", ":/bin", ":/package-lock.json"]);
  return changed === "" ? commit : `${commit} with uncommitted changes`;
}

async function firstLine(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, [...args], { cwd: here }).catch((error: unknown) => {
    if (error instanceof Error && "stdout" in error && error.stdout !== "") return { stdout: String(error.stdout) };
    throw error;
  });
  return stdout.split("\n")[0] ?? "";
}
