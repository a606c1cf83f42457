import { execFile } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pinned } from "./cores.ts";

const run = promisify(execFile);

export interface DownloadSettings {
  /** A folder with go.mod and go.sum; it is copied, since the go command may write to it. */
  readonly project: string;
  readonly proxy: string;
  readonly core: number;
  /** An empty folder; the module cache is made in it. */
  readonly scratch: string;
  /** After so many seconds it is given up. */
  readonly within: number;
}

/** Runs `go mod download` into a fresh module cache and resolves to the seconds it took. */
export async function goModDownload({ project, proxy, core, scratch, within }: DownloadSettings): Promise<number> {
  const folder = join(scratch, "project");
  mkdirSync(folder, { recursive: true });
  for (const file of ["go.mod", "go.sum"]) cpSync(join(project, file), join(folder, file));
  const [command, args] = pinned(core, ["go", "mod", "download"]);
  const env = goEnvironment({ proxy, cache: moduleCache(scratch) });
  const started = performance.now();
  try {
    await run(command, args, { cwd: folder, env, timeout: within * 1000, killSignal: "SIGKILL" });
  } catch (error) {
    if (error instanceof Error && "killed" in error && error.killed === true)
      throw new Error(`go mod download was not done after ${within} s`, { cause: error });
    throw error;
  }
  return (performance.now() - started) / 1000;
}

export function moduleCache(scratch: string): string {
  return join(scratch, "modcache");
}

/** Nothing of the machine's own Go settings gets in; the checksum database is left out, go.sum still checks every file. */
function goEnvironment({ proxy, cache }: { readonly proxy: string; readonly cache: string }): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    GOENV: "off",
    GOPROXY: proxy,
    GOSUMDB: "off",
    GOTOOLCHAIN: "local",
    GOMODCACHE: cache,
    // It asks for as many modules at once as it has processors: on its one core, one by one, as no developer's machine does.
    GOMAXPROCS: "8",
    // Without it the cache is read-only and could not be removed.
    GOFLAGS: "-modcacherw",
  };
}
