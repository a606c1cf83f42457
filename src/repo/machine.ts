// The machine that builds: how the go command is set up here, where it may write, and which credentials there are. Never what
// a credential is: of tokens and passwords only their presence is kept.

import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { parseEnvFile } from "../gomod/goenv.ts";
import { type GoEnvironment, readGoEnvironment, userFilePath } from "./goEnvironment.ts";
import type { GoHost } from "./goHost.ts";
import { findGoroot } from "./goroot.ts";
import { npmScopes } from "./mirrors/npmrc.ts";
import { parseNetrc } from "./netrc.ts";

export interface Machine {
  readonly go: GoEnvironment;
  /** Of a variable of the go command or of the shell; empty where nobody sets it. */
  readonly setting: (name: string) => MachineSetting;
  /** `1.24.3`, of the go command on PATH; undefined without one. */
  readonly goVersion: string | undefined;
  readonly goroot: string | undefined;
  readonly folders: readonly MachineFolder[];
  readonly netrc: NetrcFacts | undefined;
  /** Private keys of SSH that others on this machine may read. */
  readonly openKeys: readonly string[];
  /** The user's own .npmrc. */
  readonly npmrc: { readonly file: string; readonly isOpen: boolean; readonly scopes: readonly string[] } | undefined;
}

export interface MachineSetting {
  readonly value: string;
  /** `the environment`, or the file that `go env -w` writes. */
  readonly from: string;
}

export interface MachineFolder {
  readonly variable: "GOCACHE" | "GOMODCACHE" | "GOPATH";
  readonly path: string;
  /** What keeps the go command from using it, for a person; undefined where nothing does. */
  readonly fault: string | undefined;
  /** In bytes; undefined where the system does not say. */
  readonly free: number | undefined;
}

export interface NetrcFacts {
  readonly file: string;
  /** Others on this machine may read it. */
  readonly isOpen: boolean;
  readonly machines: readonly string[];
  /** Machines that it names without all of what a login needs. */
  readonly broken: readonly string[];
}

export interface MachineHost extends GoHost {
  readonly freeBytes: (path: string) => Promise<number | undefined>;
}

export async function readMachine(host: MachineHost): Promise<Machine> {
  const { environment } = host;
  const home = environment["HOME"] ?? "";
  const userFile = userFilePath(host);
  const written = parseEnvFile(userFile === undefined ? "" : ((await host.readText(userFile)) ?? ""));
  const setting = (name: string): MachineSetting => {
    const own = environment[name];
    // An empty variable counts as none for the go command.
    if (own !== undefined && own !== "") return { value: own, from: "the environment" };
    return { value: written.get(name) ?? "", from: userFile ?? "" };
  };
  const goroot = await findGoroot(host, written.get("GOROOT"));
  const version = goroot === undefined ? undefined : await host.readText(join(goroot, "VERSION"));
  const [go, folders, netrc, openKeys, npmrc] = await Promise.all([
    readGoEnvironment(host),
    Promise.all(foldersOf(setting, home).map((folder) => readFolder(folder, host))),
    readNetrc(environment["NETRC"] || join(home, ".netrc"), host),
    readOpenKeys(join(home, ".ssh")),
    readUserNpmrc(join(home, ".npmrc"), host),
  ]);
  return { go, setting, goVersion: /^go(\S+)/.exec(version ?? "")?.[1], goroot, folders, netrc, openKeys, npmrc };
}

/** How much room there is where a path is, or would be. */
export async function freeBytes(path: string): Promise<number | undefined> {
  for (let at = path; ; at = dirname(at)) {
    const found = await statfs(at).catch(() => undefined);
    if (found !== undefined) return found.bavail * found.bsize;
    if (at === dirname(at)) return undefined;
  }
}

/** The go command's defaults (cmd/go/internal/cfg, cmd/go/internal/cache/default.go). */
function foldersOf(setting: Machine["setting"], home: string): readonly Pick<MachineFolder, "variable" | "path">[] {
  const first = setting("GOPATH").value.split(":")[0] ?? "";
  const gopath = first === "" ? join(home, "go") : first;
  const cache = setting("XDG_CACHE_HOME").value || join(home, ".cache");
  return [
    { variable: "GOCACHE", path: setting("GOCACHE").value || join(cache, "go-build") },
    { variable: "GOMODCACHE", path: setting("GOMODCACHE").value || join(gopath, "pkg/mod") },
    { variable: "GOPATH", path: gopath },
  ];
}

async function readFolder(
  { variable, path }: Pick<MachineFolder, "variable" | "path">,
  host: MachineHost,
): Promise<MachineFolder> {
  if (path === "off") return { variable, path, fault: undefined, free: undefined };
  return { variable, path, fault: await folderFault(path), free: await host.freeBytes(path) };
}

async function folderFault(path: string): Promise<string | undefined> {
  if (!isAbsolute(path)) return "is no absolute path";
  // The nearest that is there decides: what is missing is made in it.
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch((error: unknown) => (isMissing(error) ? undefined : String(error)));
    if (typeof found === "string") return `can't be looked at (${found})`;
    if (found === undefined && at !== dirname(at)) continue;
    if (found?.isDirectory() === false) return `can't be a folder: ${at === path ? "it" : at} is a file`;
    const mayWrite = await access(at, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    if (mayWrite) return undefined;
    const owner = found?.uid === 0 ? "root, as after a sudo go …" : `user ${found?.uid ?? "unknown"}`;
    return `can't be written to: ${at === path ? "it" : at} belongs to ${owner}`;
  }
}

/** A file in the way of a folder is told of at that file. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

async function readNetrc(file: string, host: GoHost): Promise<NetrcFacts | undefined> {
  const text = await host.readText(file);
  if (text === undefined) return undefined;
  const machines = parseNetrc(text).map(({ machine }) => machine);
  const named = [...text.matchAll(/(?:^|\s)machine\s+(\S+)/g)].map((match) => match[1] ?? "");
  return { file, isOpen: await isOpen(file), machines, broken: named.filter((name) => !machines.includes(name)) };
}

async function readOpenKeys(folder: string): Promise<readonly string[]> {
  const names = ["id_rsa", "id_ecdsa", "id_ed25519", "id_dsa", "id_ecdsa_sk", "id_ed25519_sk"];
  const open = await Promise.all(
    names.map(async (name) => ((await isOpen(join(folder, name))) ? [join(folder, name)] : [])),
  );
  return open.flat();
}

async function readUserNpmrc(file: string, host: GoHost): Promise<Machine["npmrc"]> {
  const text = await host.readText(file);
  if (text === undefined) return undefined;
  const hasSecret = /:(_authToken|_password|_auth)\s*=\s*(?!\$\{)\S/.test(text);
  return {
    file,
    isOpen: hasSecret && (await isOpen(file)),
    scopes: [...npmScopes([text], host.environment).keys()],
  };
}

/** Whether others than its owner may read it. */
async function isOpen(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true && (found.mode & 0o077) !== 0;
}
