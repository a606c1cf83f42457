/** The rules that hold for module zips and for the files that are to become one. */
import { ModuleError } from "../error.ts";
import { checkFilePath } from "../path.ts";
import { quote } from "../quote.ts";
import { canonicalVersion, check } from "../version.ts";

/** In bytes. */
export const maxZipFile: number = 500 * 1024 * 1024;
export const maxGoMod: number = 16 * 1024 * 1024;
export const maxLicense: number = 16 * 1024 * 1024;

/** A file that must not be in a module zip, or need not be, and why. */
export interface FileError {
  /** In a zip, as it is there. An attacker chose it; it may hold control characters. */
  readonly path: string;
  readonly message: string;
}

/** Checks what a zip is said to hold. @throws ModuleError `invalidPath`, `invalidVersion`. */
export function checkNames(modulePath: string, version: string): void {
  const canonical = canonicalVersion(version);
  if (canonical !== version) {
    throw new ModuleError(
      "invalidVersion",
      `version ${quote(version)} is not canonical (should be ${quote(canonical)})`,
    );
  }
  check(modulePath, version);
}

/** As many as a person reads. */
const maxFaultsListed = 100;

/** Fails if something was found to be wrong. @throws ModuleError `invalidModuleZip` with Go's text, one line a file. */
export function throwFaults(checked: {
  readonly invalid: readonly FileError[];
  readonly sizeError: string | undefined;
}): void {
  if (checked.sizeError !== undefined) throw new ModuleError("invalidModuleZip", checked.sizeError);
  if (checked.invalid.length === 0) return;
  const lines = checked.invalid.slice(0, maxFaultsListed).map(({ path, message }) => `${path}: ${message}`);
  const more = checked.invalid.length - lines.length;
  throw new ModuleError("invalidModuleZip", [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"));
}

/** What is wrong with a file's path, in Go's words. */
export function filePathFault(path: string): string | undefined {
  try {
    checkFilePath(path);
    return undefined;
  } catch (error) {
    if (error instanceof ModuleError) return error.message;
    throw error;
  }
}

/** Whether Go's path.Clean leaves a path as it is: no empty element, no `.`, and `..` only at the beginning. */
export function isClean(path: string): boolean {
  if (path === "." || path === "/") return true;
  const rooted = path.startsWith("/");
  const elements = (rooted ? path.slice(1) : path).split("/");
  let mayClimb = !rooted;
  return elements.every((element) => {
    if (element === "..") return mayClimb;
    mayClimb = false;
    return element !== "" && element !== ".";
  });
}
