// How the go command here is configured, without starting it: the environment, the file that `go env -w` writes, the
// distribution's go.env, in this order (cmd/go/internal/cfg/cfg.go, Getenv and EnvOrAndChanged).
import { posix, win32 } from "node:path";
import { getenv, parseEnvFile } from "../gomod/goenv.ts";
import type { GoHost } from "./goHost.ts";
import { findGoroot } from "./goroot.ts";

/** The settings that decide where modules come from and how they are verified. */
export const goVariableNames = [
  "GOPROXY",
  "GOPRIVATE",
  "GONOPROXY",
  "GOSUMDB",
  "GONOSUMDB",
  "GOINSECURE",
  "GOVCS",
  "GOAUTH",
  "GOFLAGS",
  "GO111MODULE",
  /** The go command knows no such variable; people set it and mean GONOSUMDB. */
  "GONOSUMCHECK",
] as const;

export type GoVariableName = (typeof goVariableNames)[number];

/** Where a value was set. Lines count from 1. */
export type GoOrigin =
  | { readonly kind: "environment" }
  /** The file that `go env -w` writes. */
  | { readonly kind: "userFile"; readonly file: string; readonly line: number }
  /** GOROOT/go.env, the distribution's own defaults (Go 1.21 and newer). */
  | { readonly kind: "toolchainFile"; readonly file: string; readonly line: number }
  /** Compiled into the go command (Go 1.20 and older). */
  | { readonly kind: "toolchain"; readonly go: string }
  /** GONOPROXY and GONOSUMDB stand for GOPRIVATE where they are empty. */
  | { readonly kind: "derived"; readonly from: "GOPRIVATE"; readonly origin: GoOrigin }
  /** Set nowhere, and without a default. */
  | { readonly kind: "unset" };

/** The value that holds, and where it was set. */
export interface GoVariable {
  readonly name: GoVariableName;
  readonly value: string;
  readonly origin: GoOrigin;
}

export interface GoEnvironment {
  readonly variable: (name: GoVariableName) => GoVariable;
  /** Whether there is a Go distribution: without one, nobody knows the defaults of GOPROXY and GOSUMDB. */
  readonly hasGo: boolean;
  /** GOPROXY as it would be if nobody had set it; undefined without Go. */
  readonly toolchainProxy: string | undefined;
}

/** A file of KEY=VALUE lines. */
interface EnvFile {
  readonly file: string;
  readonly text: string;
}

/** What the settings are made of, read. */
export interface GoSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userFile: EnvFile | undefined;
  readonly gorootFile: EnvFile | undefined;
  /** What an old go command has compiled in, by variable; only asked where no file has it. */
  readonly builtIn: { readonly go: string; readonly values: Readonly<Record<string, string>> } | undefined;
  readonly hasGo: boolean;
}

/** Reads everything that configures the go command here. It starts that only where its files leave a default open. */
export async function readGoEnvironment(host: GoHost): Promise<GoEnvironment> {
  const path = host.platform === "win32" ? win32 : posix;
  const userFile = await readEnvFile(host, userFilePath(host));
  const goroot = await findGoroot(host, parseEnvFile(userFile?.text ?? "").get("GOROOT"));
  const gorootFile = await readEnvFile(host, goroot === undefined ? undefined : path.join(goroot, "go.env"));
  const builtIn = goroot === undefined || gorootFile !== undefined ? undefined : await askBuiltIn(host);
  return resolveGoEnvironment({
    environment: host.environment,
    userFile,
    gorootFile,
    builtIn,
    hasGo: goroot !== undefined,
  });
}

/** The settings that follow from what was read. Pure. */
export function resolveGoEnvironment(sources: GoSources): GoEnvironment {
  const byDefault = resolveVariable({ ...sources, environment: {}, userFile: undefined }, "GOPROXY").value;
  return {
    variable: (name) => resolveVariable(sources, name),
    hasGo: sources.hasGo,
    toolchainProxy: byDefault === "" ? undefined : byDefault,
  };
}

function resolveVariable(sources: GoSources, name: GoVariableName): GoVariable {
  const { environment, userFile, gorootFile, builtIn } = sources;
  const files = { userFile: parseEnvFile(userFile?.text ?? ""), gorootFile: parseEnvFile(gorootFile?.text ?? "") };
  const value = getenv({ environment, ...files }, name);
  if (value === "" && (name === "GONOPROXY" || name === "GONOSUMDB")) {
    const { value: patterns, origin } = resolveVariable(sources, "GOPRIVATE");
    if (patterns !== "") return { name, value: patterns, origin: { kind: "derived", from: "GOPRIVATE", origin } };
  }
  const compiled = builtIn?.values[name] ?? "";
  if (value === "" && builtIn !== undefined && compiled !== "") {
    return { name, value: compiled, origin: { kind: "toolchain", go: builtIn.go } };
  }
  if ((environment[name] ?? "") !== "") return { name, value, origin: { kind: "environment" } };
  if (userFile !== undefined && files.userFile.has(name)) {
    return { name, value, origin: { kind: "userFile", file: userFile.file, line: lineOf(userFile.text, name) } };
  }
  if (gorootFile !== undefined && files.gorootFile.has(name)) {
    return {
      name,
      value,
      origin: { kind: "toolchainFile", file: gorootFile.file, line: lineOf(gorootFile.text, name) },
    };
  }
  return { name, value, origin: { kind: "unset" } };
}

/** Of several lines for a key the last one holds. */
function lineOf(text: string, name: string): number {
  return text.split("\n").findLastIndex((line) => line.startsWith(`${name}=`)) + 1;
}

async function readEnvFile(host: GoHost, file: string | undefined): Promise<EnvFile | undefined> {
  const text = file === undefined ? undefined : await host.readText(file);
  return file === undefined || text === undefined ? undefined : { file, text };
}

/**
 * Where `go env -w` writes (cfg.go, EnvFile; os.UserConfigDir). undefined with GOENV=off, and where the system doesn't say
 * which folder is the user's.
 */
export function userFilePath({ platform, environment }: Pick<GoHost, "platform" | "environment">): string | undefined {
  const set = environment["GOENV"] ?? "";
  if (set !== "") return set === "off" ? undefined : set;
  if (platform === "win32") return underFolder(environment["AppData"] ?? environment["APPDATA"], win32, "go/env");
  if (platform === "darwin") return underFolder(environment["HOME"], posix, "Library/Application Support/go/env");
  const xdg = environment["XDG_CONFIG_HOME"] ?? "";
  if (xdg === "") return underFolder(environment["HOME"], posix, ".config/go/env");
  return posix.isAbsolute(xdg) ? posix.join(xdg, "go/env") : undefined;
}

function underFolder(folder: string | undefined, path: typeof posix, name: string): string | undefined {
  return folder === undefined || folder === "" ? undefined : path.join(folder, name);
}

/** Go 1.20 and older have no go.env: the defaults are in the program, which tells them where nothing else is set. */
async function askBuiltIn(host: GoHost): Promise<GoSources["builtIn"]> {
  const go = await host.findGo();
  if (go === undefined) return undefined;
  const names = ["GOPROXY", "GOSUMDB"];
  const unset = { GOENV: "off", ...Object.fromEntries(names.map((name) => [name, ""])) };
  const printed = await host.runGo(go, ["env", ...names], unset);
  if (printed === undefined) return undefined;
  const lines = printed.split(/\r?\n/);
  return { go, values: Object.fromEntries(names.map((name, index) => [name, lines[index] ?? ""])) };
}
