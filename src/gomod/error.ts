/**
 * The one error of this room. Go has a type for each kind (`InvalidPathError`, `InvalidVersionError`, `FileErrorList`, …);
 * here the kind is a `code`, so that callers switch on data and not on classes.
 *
 * The message is Go's own text wherever the go command or a module proxy would show it, because people search for those
 * words. It may quote what an attacker sent; the quoting escapes control characters (see quote.ts).
 */
import { quote } from "./quote.ts";

export type ModuleErrorCode =
  /** A module, import or file path breaks a rule of path.ts. */
  | "invalidPath"
  /** A version is not one, is not canonical, or does not fit the major version of its path. */
  | "invalidVersion"
  /** An escaped path or version is not in the escaped form. */
  | "invalidEscape"
  /** A pseudo-version is malformed. */
  | "invalidPseudoVersion"
  /** A query such as `<v1` is ambiguous or holds no version. */
  | "invalidQuery"
  /** `@patch` was asked without a version to start from. */
  | "noPatchBase"
  /** A go.mod or go.work file can't be read; the error is a modfile.ErrorList. */
  | "invalidModFile"
  /** A go.sum file has a line that is none. */
  | "invalidGoSum"
  /** What was downloaded is not what go.sum or the checksum database says it must be. Nothing of it may be used. */
  | "checksumMismatch"
  /** A Go version or toolchain name is none, or a change to a go.mod file asks for what can't be. */
  | "invalidGoVersion"
  /** GOPROXY, GOSUMDB, GOVCS, GOFLAGS or a value for `go env -w` can't be understood. */
  | "invalidSetting"
  /** A verifier or signer key is none, or two have one name and hash. */
  | "invalidKey"
  /** A note is malformed. */
  | "invalidNote"
  /** A note's signature by a known key doesn't verify. */
  | "invalidSignature"
  /** No key that has signed a note is known. */
  | "unverifiedNote"
  /** The base64 of a tree's hash is none. */
  | "invalidHash"
  /** A record of a checksum database is malformed. */
  | "invalidRecord"
  /** A tree head is malformed. */
  | "invalidTree"
  /** A tile's path is malformed, its data not as long as it should be, or a hash not in it. */
  | "invalidTile"
  /** A proof does not prove what it should. */
  | "invalidProof"
  /** A record or hash is asked of a tree that is too small for it. */
  | "notInTree"
  /** A tile does not belong to the tree: it is forged or damaged. */
  | "inconsistentTile"
  /** A record that a checksum database sent is not the one in its log. */
  | "inconsistentRecord"
  /** A checksum database has signed two histories. */
  | "securityError"
  /** The checksum database has no line for what is looked up. */
  | "checksumMissing"
  /** GONOSUMDB says not to look this up. */
  | "skipped"
  /** What others store changes faster than we can. */
  | "writeConflict"
  /** What a checksum database is asked for is not there. */
  | "notFound"
  /** The network, the configuration or the cache, which were passed in, failed; see the cause. */
  | "operationFailed"
  /** The archive is no zip file, or a damaged one. */
  | "badZip"
  /** The archive breaks a rule for module zips: names, collisions, sizes. */
  | "invalidModuleZip"
  /** Go might read the archive, but no `go mod` ever wrote such a one, and two readers could differ about it; see zip.ts. */
  | "suspectZip"
  /** The requirements of a module can't be had, or don't fit it. */
  | "badRequirements"
  /** A requirement graph was put together in a way that can't be; the caller's mistake. */
  | "badGraph"
  /** A line that should be a build constraint is none. */
  | "invalidConstraint"
  /** A `#cgo` line of a Go file can't be understood. */
  | "invalidSource"
  /** The file is no ELF, Mach-O or PE executable, or a damaged one. */
  | "notExecutable"
  /** The executable has no Go build information. */
  | "notGo"
  /** The executable's Go build information is malformed. */
  | "badBuildInfo";

/** What this room throws, and nothing else, for input that breaks a rule. */
export class ModuleError extends Error {
  readonly code: ModuleErrorCode;

  constructor(code: ModuleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ModuleError";
    this.code = code;
  }
}

/** Go's InvalidVersionError, for a version whose module is not known or not in question. */
export function invalidVersion(version: string, fault: string): ModuleError {
  return new ModuleError("invalidVersion", `version ${quote(version)} invalid: ${fault}`);
}
