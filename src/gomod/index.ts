/**
 * Go module semantics without Go: what golang.org/x/mod and the go command's settings mean, pure and with no dependency.
 * Published as `fairlead/gomod`.
 */
export * as buildinfo from "./buildinfo.ts";
export * as dirhash from "./dirhash.ts";
export * as goenv from "./goenv.ts";
export * as gosum from "./gosum.ts";
export * as gover from "./gover.ts";
export * as modfile from "./modfile.ts";
export * as module from "./module.ts";
export * as mvs from "./mvs.ts";
export * as note from "./note.ts";
export * as pseudo from "./pseudo.ts";
export * as query from "./query.ts";
export * as semver from "./semver.ts";
export * as source from "./source.ts";
export * as sumdb from "./sumdb.ts";
export * as tlog from "./tlog.ts";
export * as vendor from "./vendor.ts";
export * as zip from "./zip.ts";
export { ModuleError, type ModuleErrorCode } from "./error.ts";
