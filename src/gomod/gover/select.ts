/**
 * Which toolchain the go command runs: https://go.dev/doc/toolchain#select (cmd/go/internal/toolchain, Select in select.go
 * and NewerToolchain in switch.go; cmd/go/internal/gover/gomod.go, GoModLookup).
 */
import { ModuleError } from "../error.ts";
import { quote } from "../quote.ts";
import { trimSpace } from "../utf8.ts";
import { fromToolchain } from "./toolchain.ts";
import { compare, isLang, isPrerelease, lang } from "./version.ts";

/** What the choice depends on. */
export interface ToolchainSettings {
  /** GOTOOLCHAIN: `auto`, `path`, `local`, a name, or a name with `+auto` or `+path`. */
  readonly gotoolchain: string;
  /** The name of the toolchain that is asked: `go1.26.8`. */
  readonly local: string;
  /** The text of the go.work file, or else go.mod file, in effect. It is not parsed, only looked through, as Go does. */
  readonly text: string;
  /** That file's name, for errors. */
  readonly filename: string;
}

export interface ToolchainChoice {
  readonly toolchain: string;
  /** Nothing is to be looked for or downloaded. */
  readonly isLocal: boolean;
  /** What asked for it. */
  readonly because: "local" | "GOTOOLCHAIN" | "toolchain line" | "go line";
}

/** @throws ModuleError `invalidSetting` for GOTOOLCHAIN, `invalidGoVersion` for a toolchain line. */
export function selectToolchain({ gotoolchain, local, text, filename }: ToolchainSettings): ToolchainChoice {
  const { mode, ...least } = readSetting(gotoolchain, local);
  const choice = mode === "auto" || mode === "path" ? newerOf(least, text, filename) : least;
  const { toolchain } = choice;
  const isLocal = toolchain === "local" || toolchain === local;
  if (!isLocal && !toolchain.startsWith("go1") && !toolchain.includes("-go1")) {
    throw new ModuleError("invalidSetting", `invalid GOTOOLCHAIN ${quote(toolchain)}`);
  }
  return { toolchain, isLocal, because: choice.because };
}

interface Candidate {
  readonly toolchain: string;
  readonly version: string;
  readonly because: ToolchainChoice["because"];
}

function readSetting(gotoolchain: string, local: string): Candidate & { readonly mode: string } {
  const here: Candidate = { toolchain: local, version: fromToolchain(local), because: "local" };
  if (gotoolchain === "") return { ...here, mode: "" };
  if (gotoolchain === "auto" || gotoolchain === "path") return { ...here, mode: gotoolchain };
  const plus = gotoolchain.indexOf("+");
  const least = plus < 0 ? gotoolchain : gotoolchain.slice(0, plus);
  const mode = plus < 0 ? "" : gotoolchain.slice(plus + 1);
  const version = fromToolchain(least);
  if (least !== "local" && version === "") {
    const why = plus < 0 ? "" : `: invalid minimum toolchain ${quote(least)}`;
    throw new ModuleError("invalidSetting", `invalid GOTOOLCHAIN ${quote(gotoolchain)}${why}`);
  }
  if (plus >= 0 && mode !== "auto" && mode !== "path") {
    throw new ModuleError(
      "invalidSetting",
      `invalid GOTOOLCHAIN ${quote(gotoolchain)}: only version suffixes are +auto and +path`,
    );
  }
  return least === "local" ? { ...here, mode } : { toolchain: least, version, because: "GOTOOLCHAIN", mode };
}

/** What the file asks for, if that is newer. */
function newerOf(least: Candidate, text: string, filename: string): Candidate {
  const toolchain = goModLookup(text, "toolchain");
  if (toolchain === "default") return least;
  let newest = least;
  if (toolchain !== "") {
    const version = fromToolchain(toolchain);
    if (version === "") {
      throw new ModuleError("invalidGoVersion", `invalid toolchain ${quote(toolchain)} in ${filename}`);
    }
    if (compare(version, newest.version) > 0) newest = { toolchain, version, because: "toolchain line" };
  }
  const version = goModLookup(text, "go");
  if (compare(version, newest.version) <= 0) return newest;
  // There is no toolchain go1.22, only go1.22.0: https://go.dev/issue/62278.
  const patch = isLang(version) && compare(version, "1.21") >= 0 ? ".0" : "";
  return { toolchain: `go${version}${patch}`, version, because: "go line" };
}

/**
 * The rest of the first line that begins with `key` and a space, without its comment; empty if there is none. That is how
 * the go command looks for `go` and `toolchain` in a file it may be too old to parse.
 */
export function goModLookup(text: string, key: string): string {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = trimSpace(text.slice(start, end));
    start = end + 1;
    if (!line.startsWith(key) || !/^[ \t]/.test(line.slice(key.length))) continue;
    const comment = line.indexOf("//", key.length);
    return trimSpace(line.slice(key.length, comment < 0 ? undefined : comment));
  }
  return "";
}

/**
 * The toolchain to switch to where a newer one is needed: of the releases from `need` on, the last patch of the language
 * version before the latest one; with one language version only, its last; release candidates where there is nothing else.
 *
 * @param need A Go version: `1.25`.
 * @param releases All Go versions that there are, in ascending order.
 * @throws ModuleError `invalidGoVersion`: `no releases found for go >= 1.30`.
 */
export function newerToolchain(need: string, releases: readonly string[]): string {
  let latest = "";
  for (const version of releases.toReversed()) {
    if (compare(version, need) < 0) break;
    if (lang(latest) === lang(version)) continue;
    const newer = latest;
    latest = version;
    if (newer !== "" && !isPrerelease(newer)) break;
  }
  if (latest === "") throw new ModuleError("invalidGoVersion", `no releases found for go >= ${need}`);
  return `go${latest}`;
}
