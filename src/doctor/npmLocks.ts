// How a package-lock.json fits what package.json and the packages in it ask for, by the rules of `npm ci`.
import type { Dependency } from "../repo/npm/packageJson.ts";
import { type LockedPackage, type PackageLock, resolveFrom } from "../repo/npm/packageLock.ts";
import { readSpec, satisfies } from "../repo/npm/range.ts";
import type { Facts } from "./facts.ts";
import type { Held, NpmProject } from "../repo/npm/npmProject.ts";

/** A project whose dependencies npm's lock file holds, as the root or as a member of a workspace. */
export interface NpmHeldProject extends NpmProject {
  readonly held: Extract<Held, { readonly tool: "npm" }>;
}

export function heldByNpm({ npm }: Facts): readonly NpmHeldProject[] {
  return npm.flatMap((project) => (project.held?.tool === "npm" ? [{ ...project, held: project.held }] : []));
}

/** Each lock file of npm's once, with what lies at its side. */
export function npmLocks(facts: Facts): readonly NpmHeldProject[] {
  return heldByNpm(facts).filter(({ held }) => held.location === "");
}

/** What somebody asks for, and what the lock file has for it. */
export interface Wish {
  readonly by: LockedPackage;
  readonly dependency: Dependency;
  /** undefined: nothing of that name. */
  readonly found: LockedPackage | undefined;
}

/**
 * What the locked packages ask for that the lock file has not: nothing of that name, or a version that they don't take. What
 * `overrides` may have decided is left out, and so are archives that bring their packages along.
 */
export function unmetWishes({ manifest, held: { lock } }: NpmHeldProject): readonly Wish[] {
  const installed = [...lock.packages.values()].filter(
    ({ location, isLink, isBundled }) => location.includes("node_modules/") && !isLink && !isBundled,
  );
  return installed.flatMap((by) =>
    by.dependencies.flatMap((dependency) => {
      const { group, name } = dependency;
      if (group === "devDependencies" || manifest.overridden.has(name)) return [];
      if (group === "peerDependencies" && by.optionalPeers.has(name)) return [];
      const found = resolveFrom(lock, by.location, name);
      return fits(dependency, found) ? [] : [{ by, dependency, found }];
    }),
  );
}

/** What is of unknown version, or asked for by anything but a range, fits. */
export function fits({ spec }: Dependency, found: LockedPackage | undefined): boolean {
  if (found === undefined) return false;
  return found.isBundled || found.version === undefined || satisfies(found.version, readSpec(spec)) !== false;
}

/** Whether somebody has told npm to leave peer dependencies alone. */
export function leavesPeersAlone(facts: Facts, { folder }: PackageLock): boolean {
  const said = /legacy.peer.deps\s*[=:]?\s*["']?(?!false)|\bnpm\b[^\n]*\s--force\b/i;
  return (
    /^\s*(legacy-peer-deps|force)\s*=\s*true/m.test(facts.text(folder === "" ? ".npmrc" : `${folder}/.npmrc`) ?? "") ||
    facts.dockerfiles.some(({ text }) => said.test(text)) ||
    facts.ci.some(({ files }) => files.some(({ text }) => said.test(text)))
  );
}
