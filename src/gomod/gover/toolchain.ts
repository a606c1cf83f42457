/**
 * Names of toolchains: `go1.21.3`, and with a suffix for builds of one's own, `go1.21.3-bigcorp`.
 * https://go.dev/doc/toolchain#name (cmd/go/internal/gover/toolchain.go)
 */
import { isValid } from "./version.ts";

/** The Go version in a toolchain's name, or the empty string if it is none. A suffix begins with `-` or a space. */
export function fromToolchain(name: string): string {
  // A path would be looked up as one, and not on $PATH.
  if (!name.startsWith("go") || /[\\/]/.test(name)) return "";
  const suffix = name.search(/[ \t-]/);
  const version = name.slice(2, suffix < 0 ? undefined : suffix);
  return isValid(version) ? version : "";
}

/** The version in a name, or of a version itself. */
export function maybeToolchainVersion(name: string): string {
  return isValid(name) ? name : fromToolchain(name);
}

/** Reports whether a module path is one of the two that stand for Go itself: in module graphs, `go` and `toolchain`. */
export function isToolchain(path: string): boolean {
  return path === "go" || path === "toolchain";
}
