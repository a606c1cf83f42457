import { execFile } from "node:child_process";
import { errnoOf } from "../../storage/storageError.ts";
import { ToolError } from "./toolSetting.ts";

/** Runs a program with fixed arguments. undefined where there is no such program. Throws ToolError where it fails. */
export function runTool(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  execFile(program, args, { env, timeout: 60_000, maxBuffer: 4 << 20 }, (error, stdout, stderr) => {
    if (error === null) return resolve(stdout);
    if (errnoOf(error) === "ENOENT") return resolve(undefined);
    const text = stderr.trim().split("\n").slice(0, 3).join("; ").slice(0, 400);
    reject(new ToolError(`${program} ${args[0] ?? ""} ${args[1] ?? ""} failed: ${text === "" ? error.message : text}`));
  });
  return promise;
}
