// Which packages of a Go program call C: cgo gives each function that it calls a name of the package's own.
//
// Source: Go, cmd/cgo/out.go (_Cfunc_, _C2func_); cmd/internal/objabi/path.go for the way in which paths are written.

import { functionNamesOf } from "./goFunctions.ts";

const marks = ["._Cfunc_", "._C2func_"];
/** A path of a package is shorter; a program that has more of them is made to hold its reader. */
const pathLimit = 512;
const callLimit = 20_000;

/** In the order of their names; empty for a program without cgo. */
export function cgoPackagesOf(bytes: Buffer): readonly string[] {
  const names = functionNamesOf(bytes);
  const packages = new Set<string>();
  for (const mark of marks) {
    let at = names.indexOf(mark);
    for (let call = 0; at >= 0 && call < callLimit; call++) {
      const before = names.subarray(Math.max(0, at - pathLimit), at);
      const start = before.lastIndexOf(0) + 1;
      if (start > 0) packages.add(pathOf(before.toString("utf8", start)));
      at = names.indexOf(mark, at + mark.length);
    }
  }
  return [...packages].toSorted();
}

/** Dots in a path's last part and odd characters stand as `%2e`. */
function pathOf(prefix: string): string {
  return prefix.replaceAll(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
