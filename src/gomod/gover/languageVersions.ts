/**
 * The language versions at which the meaning of a go.mod file changes, and those that files without a go line have
 * (cmd/go/internal/gover/version.go).
 */
import type { File, WorkFile } from "../modfile/file.ts";

/** From here on, `all` no longer has the tests of dependencies: https://go.dev/ref/mod#all-pattern. */
export const narrowAllVersion = "1.16";

/** What a go.mod file without a go line says: the last version before its meaning changed. */
export const defaultGoModVersion = "1.16";

/** What a go.work file without a go line says. */
export const defaultGoWorkVersion = "1.18";

/** From here on, go.mod lists all that is imported, however indirectly: https://go.dev/ref/mod#graph-pruning. */
export const explicitIndirectVersion = "1.17";

/** From here on, indirect requirements are in a block of their own. */
export const separateIndirectVersion = "1.17";

/** From here on, tidying keeps the go.sum lines that the tests of dependencies need: https://go.dev/issue/56222. */
export const tidyGoModSumVersion = "1.21";

/** From here on, a module's go line is at least that of each dependency, and a toolchain older than it refuses to work. */
export const goStrictVersion = "1.21";

/** From here on, a vendored package must be listed in modules.txt. */
export const explicitModulesTxtImportVersion = "1.23";

/** The Go version of a go.mod file. */
export function fromGoMod(file: Pick<File, "go"> | undefined): string {
  return file?.go?.version ?? defaultGoModVersion;
}

/** The Go version of a go.work file. */
export function fromGoWork(file: Pick<WorkFile, "go"> | undefined): string {
  return file?.go?.version ?? defaultGoWorkVersion;
}
