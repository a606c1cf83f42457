/**
 * What go.sum files know of a module, and whether what was downloaded is that (cmd/go/internal/modfetch/fetch.go: HaveSum,
 * RecordedSum, checkModSum).
 */
import { ModuleError } from "../error.ts";
import type { ModuleVersion } from "../version.ts";
import { isKnownHash, keyOf, type Sums } from "./sums.ts";

/** A go.sum file, as errors are to name it: `go.sum`, `go.work.sum`, `/src/a/go.sum`. */
export interface SumFile {
  readonly filename: string;
  readonly sums: Sums;
}

/** Reports whether a known hash of this is in any of the files. @param mod See {@link goModOf} for its go.mod alone. */
export function haveSum(files: readonly SumFile[], mod: ModuleVersion): boolean {
  return knownHashes(files, mod).length > 0;
}

/** The hash of this, if the files have one, and none of them another. */
export function recordedSum(files: readonly SumFile[], mod: ModuleVersion): string | undefined {
  const [hash, other] = new Set(knownHashes(files, mod));
  return other === undefined ? hash : undefined;
}

function knownHashes(files: readonly SumFile[], mod: ModuleVersion): string[] {
  return files.flatMap(({ sums }) => sums.get(keyOf(mod))?.hashes ?? []).filter(isKnownHash);
}

/**
 * Reports whether the files have this hash; if none does, the checksum database is to be asked, and the hash to be added.
 *
 * @param files That of the main module or go.work first, those of the workspace's modules behind.
 * @throws ModuleError `checksumMismatch` if one has another hash, in the go command's words. It is what a user must see.
 */
export function checkSum(files: readonly SumFile[], mod: ModuleVersion, hash: string): boolean {
  const [first, ...rest] = files;
  for (const known of first?.sums.get(keyOf(mod))?.hashes ?? []) {
    if (known === hash) return true;
    if (isKnownHash(known)) throw mismatch(mod, hash, first?.filename ?? "go.sum", known);
  }
  let found = false;
  for (const { filename, sums } of rest) {
    for (const known of sums.get(keyOf(mod))?.hashes ?? []) {
      if (known === hash) found = true;
      else if (isKnownHash(known)) throw mismatch(mod, hash, filename, known);
    }
  }
  return found;
}

function mismatch({ path, version }: ModuleVersion, downloaded: string, filename: string, known: string): ModuleError {
  return new ModuleError(
    "checksumMismatch",
    `verifying ${path}@${version}: checksum mismatch
	downloaded: ${downloaded}
	${filename}:     ${known}

SECURITY ERROR
This download does NOT match an earlier download recorded in go.sum.
The bits may have been replaced on the origin server, or an attacker may
have intercepted the download attempt.

For more information, see 'go help module-auth'.
`,
  );
}
