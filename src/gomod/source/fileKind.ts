/** Which files beside Go's own belong to a package, by extension (go/build, fileListForExt). */

/** Names follow `go list -json`. */
export type OtherFileKind =
  | "cFiles"
  | "cxxFiles"
  | "mFiles"
  | "hFiles"
  | "fFiles"
  | "sFiles"
  | "swigFiles"
  | "swigCxxFiles"
  | "sysoFiles";

const kinds: ReadonlyMap<string, OtherFileKind> = new Map([
  [".c", "cFiles"],
  [".cc", "cxxFiles"],
  [".cpp", "cxxFiles"],
  [".cxx", "cxxFiles"],
  [".m", "mFiles"],
  [".h", "hFiles"],
  [".hh", "hFiles"],
  [".hpp", "hFiles"],
  [".hxx", "hFiles"],
  [".f", "fFiles"],
  [".F", "fFiles"],
  [".for", "fFiles"],
  [".f90", "fFiles"],
  [".s", "sFiles"],
  // For the C compiler, where there is cgo.
  [".S", "sFiles"],
  [".sx", "sFiles"],
  [".swig", "swigFiles"],
  [".swigcxx", "swigCxxFiles"],
  [".syso", "sysoFiles"],
]);

/** undefined for files that no build reads, and for Go's. */
export function kindOf(extension: string): OtherFileKind | undefined {
  return kinds.get(extension);
}

/** From the last dot. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}
