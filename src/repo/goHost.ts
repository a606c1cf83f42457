import { execFile } from "node:child_process";
import { readFile, realpath, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** What reading the go command's configuration needs of the machine. Tests give one of their own. */
export interface GoHost {
  /** As Node names it: `linux`, `darwin`, `win32`, … */
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** undefined for whatever can't be read: the go command passes over such files in silence. */
  readonly readText: (file: string) => Promise<string | undefined>;
  readonly isFolder: (path: string) => Promise<boolean>;
  /** The path with its symlinks resolved; undefined if there is nothing. */
  readonly realPath: (path: string) => Promise<string | undefined>;
  /** The go command on PATH; undefined if there is none. */
  readonly findGo: () => Promise<string | undefined>;
  /** What `go <args>` prints, with these variables on top of the environment; undefined when it fails. */
  readonly runGo: (go: string, args: readonly string[], environment: NodeJS.ProcessEnv) => Promise<string | undefined>;
}

/** The machine this runs on. */
export function localHost(environment: NodeJS.ProcessEnv): GoHost {
  return {
    platform: process.platform,
    environment,
    readText: (file) => readFile(file, "utf8").catch(() => undefined),
    isFolder: (path) => isKind(path, "isDirectory"),
    realPath: (path) => realpath(path).catch(() => undefined),
    findGo: () => findOnPath(environment["PATH"] ?? ""),
    runGo: (go, args, extra) => run(go, args, { ...environment, ...extra }),
  };
}

async function findOnPath(path: string): Promise<string | undefined> {
  const name = process.platform === "win32" ? "go.exe" : "go";
  for (const folder of path.split(delimiter)) {
    // An empty entry is the working folder, and a relative one depends on it: Go itself refuses to run either.
    if (folder.startsWith("/") || /^[A-Za-z]:[\\/]/.test(folder)) {
      const file = join(folder, name);
      if (await isKind(file, "isFile")) return file;
    }
  }
  return undefined;
}

async function isKind(path: string, kind: "isFile" | "isDirectory"): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.[kind]() === true;
}

/** In a folder without go.mod, so that no toolchain line makes it look for another toolchain. */
function run(go: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const options = { cwd: tmpdir(), env: { ...environment, GOTOOLCHAIN: "local", GOWORK: "off" }, timeout: 10_000 };
  return new Promise((resolve) => {
    execFile(go, args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
}
