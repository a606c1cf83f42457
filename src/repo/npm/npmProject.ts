// A package.json with the lock file that holds its dependencies: its own, or that of the workspace it is a member of.
import { matchesGlob } from "node:path";
import { type Dependency, type PackageJson, readPackageJson } from "./packageJson.ts";
import { type PackageLock, readPackageLock, resolveFrom } from "./packageLock.ts";
import { type PnpmImporter, type PnpmLock, readPnpmLock } from "./pnpmLock.ts";
import { readYarnLock, type YarnLock } from "./yarnLock.ts";

export interface NpmProject {
  readonly manifest: PackageJson;
  /** Lock files beside it, of whichever tool, the ones that could not be read among them. */
  readonly lockFiles: readonly string[];
  readonly held: Held | undefined;
}

/** What holds a project's dependencies. */
export type Held =
  | { readonly tool: "npm"; readonly lock: PackageLock; /** Of the project in it. */ readonly location: string }
  | { readonly tool: "yarn"; readonly lock: YarnLock }
  | { readonly tool: "pnpm"; readonly lock: PnpmLock; readonly importer: PnpmImporter };

/** Of two in one folder, npm takes the shrinkwrap. */
const lockNames = [
  "npm-shrinkwrap.json",
  "package-lock.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "bun.lock",
  "bun.lockb",
] as const;

/** Examples, copies and what a test or a generator works on are nobody's dependencies. */
const notOwn = /(^|\/)(vendor|testdata|node_modules|_[^/]*|fixtures?|templates?|tests?\/.+)\//;
const npmFile = /(^|\/)(package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/;

/** Whether a file is one that is read here. */
export function isNpmFile(file: string): boolean {
  return npmFile.test(file) && !notOwn.test(file);
}

/**
 * @param files Paths from the project's root.
 * @param text undefined for what was not read; empty for what is too large to be.
 */
export function readNpmProjects(
  files: readonly string[],
  text: (file: string) => string | undefined,
): readonly NpmProject[] {
  const all = new Set(files);
  const locks = new Map<string, ReturnType<typeof readLock>>();
  const manifests = files
    .filter((file) => file.endsWith("package.json") && isNpmFile(file))
    .flatMap((file) => readPackageJson(file, text(file) ?? "") ?? []);
  const byFolder = new Map(manifests.map((manifest) => [manifest.folder, manifest]));
  return manifests.map((manifest) => {
    const lockFiles = lockFilesIn(manifest.folder, all);
    return { manifest, lockFiles, held: holderOf(manifest) };
  });

  function holderOf({ folder }: PackageJson): Held | undefined {
    for (let above = folder; ; above = above.slice(0, Math.max(0, above.lastIndexOf("/")))) {
      const [file] = lockFilesIn(above, all);
      if (file !== undefined) {
        if (!locks.has(file)) locks.set(file, readLock(file, text(file) ?? ""));
        return heldBy(locks.get(file), folder, byFolder.get(above));
      }
      if (above === "") return undefined;
    }
  }
}

function lockFilesIn(folder: string, files: ReadonlySet<string>): readonly string[] {
  return lockNames.map((name) => (folder === "" ? name : `${folder}/${name}`)).filter((file) => files.has(file));
}

type Lock =
  | { readonly tool: "npm"; readonly lock: PackageLock }
  | { readonly tool: "yarn"; readonly lock: YarnLock }
  | { readonly tool: "pnpm"; readonly lock: PnpmLock };

function readLock(file: string, text: string): Lock | undefined {
  if (text === "") return undefined;
  if (file.endsWith("yarn.lock")) return { tool: "yarn", lock: readYarnLock(file, text) };
  if (file.endsWith("pnpm-lock.yaml")) {
    const lock = readPnpmLock(file, text);
    return lock === undefined ? undefined : { tool: "pnpm", lock };
  }
  if (!file.endsWith(".json")) return undefined;
  const lock = readPackageLock(file, text);
  return lock === undefined ? undefined : { tool: "npm", lock };
}

/** A lock file further up holds a package only where it names its folder. */
function heldBy(found: Lock | undefined, folder: string, root: PackageJson | undefined): Held | undefined {
  if (found === undefined) return undefined;
  const within =
    folder === found.lock.folder ? "" : folder.slice(found.lock.folder === "" ? 0 : found.lock.folder.length + 1);
  switch (found.tool) {
    case "npm":
      return within === "" || found.lock.packages.has(within) ? { ...found, location: within } : undefined;
    case "pnpm": {
      const importer = found.lock.importers.get(within === "" ? "." : within);
      return importer === undefined ? undefined : { ...found, importer };
    }
    case "yarn":
      return within === "" || isMember(within, root) ? found : undefined;
  }
}

function isMember(folder: string, root: PackageJson | undefined): boolean {
  const matches = (pattern: string): boolean => matchesGlob(folder, pattern.replace(/^(\.\/)?|\/$/g, ""));
  const patterns = root?.workspaces ?? [];
  return (
    patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))
  );
}

/** The version that a dependency has come to; undefined where no lock file says so. */
export function lockedVersion({ held }: Pick<NpmProject, "held">, { name, spec }: Dependency): string | undefined {
  switch (held?.tool) {
    case "npm":
      return resolveFrom(held.lock, held.location, name)?.version;
    case "yarn":
      return held.lock.versions.get(`${name}@${spec}`);
    case "pnpm":
      return held.importer.get(name)?.version;
    case undefined:
      return undefined;
  }
}
