// package-lock.json and npm-shrinkwrap.json of lockfileVersion 1, 2 and 3 as one thing: what lies where in node_modules.
// https://docs.npmjs.com/cli/configuring-npm/package-lock-json
import { z } from "zod";
import { type Dependency, effective, parseJson, rangesOf, readWants } from "./packageJson.ts";

export interface LockedPackage {
  /** `node_modules/a/node_modules/b`; `packages/x` for a workspace's member; empty for the root. */
  readonly location: string;
  /** What it is required by: for an alias, not the name of the package itself. */
  readonly name: string;
  readonly version: string | undefined;
  /** The address of its archive; for a link, the folder. */
  readonly resolved: string | undefined;
  readonly isLink: boolean;
  /** It is part of another package's archive. */
  readonly isBundled: boolean;
  readonly dependencies: readonly Dependency[];
  readonly optionalPeers: ReadonlySet<string>;
  /** Keys that lead to it in the file. */
  readonly path: readonly string[];
}

export interface PackageLock {
  readonly file: string;
  readonly folder: string;
  readonly text: string;
  readonly lockfileVersion: number;
  /** By location. */
  readonly packages: ReadonlyMap<string, LockedPackage>;
}

const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

const locked = z.object({
  version: text,
  resolved: text,
  link: flag,
  inBundle: flag,
  bundled: flag,
  /** Of version 1: what it requires. */
  requires: z.unknown().optional(),
  /** Of version 1: what lies in its node_modules. */
  dependencies: z.unknown().optional(),
});
const entries = z.record(z.string(), z.unknown());
const schema = z.object({
  lockfileVersion: z.number().catch(1),
  packages: entries.optional().catch(undefined),
  /** Only of version 1: from version 2 on it says nothing more than `packages`. */
  dependencies: z.unknown().optional(),
});

/** Deeper than any tree of packages. */
const maxDepth = 50;

/** undefined for what is no lock file: npm complains about that itself. */
export function readPackageLock(file: string, source: string): PackageLock | undefined {
  const { data } = schema.safeParse(parseJson(source));
  if (data === undefined) return undefined;
  const { packages, lockfileVersion, dependencies } = data;
  const all =
    packages === undefined
      ? nestedPackages(dependencies, "", [], 0)
      : Object.entries(packages).map(([location, each]) => {
          const { written, optionalPeers } = readWants(each);
          return {
            ...packageOf(location, each, ["packages", location]),
            dependencies: effective(written),
            optionalPeers,
          };
        });
  return {
    file,
    folder: file.slice(0, Math.max(0, file.lastIndexOf("/"))),
    text: source,
    lockfileVersion,
    packages: new Map(all.map((each) => [each.location, each])),
  };
}

/** Version 1: the tree of folders as a tree of objects. */
function nestedPackages(
  dependencies: unknown,
  parent: string,
  path: readonly string[],
  depth: number,
): readonly LockedPackage[] {
  const { data } = entries.safeParse(dependencies);
  if (data === undefined || depth > maxDepth) return [];
  return Object.entries(data).flatMap(([name, each]) => {
    const location = `${parent === "" ? "" : `${parent}/`}node_modules/${name}`;
    const own = [...path, "dependencies", name];
    const inside = locked.safeParse(each).data?.dependencies;
    return [packageOf(location, each, own), ...nestedPackages(inside, location, own, depth + 1)];
  });
}

function packageOf(location: string, value: unknown, path: readonly string[]): LockedPackage {
  const { data } = locked.safeParse(value);
  return {
    location,
    name: nameAt(location),
    version: data?.version,
    resolved: data?.resolved,
    isLink: data?.link === true,
    isBundled: data?.inBundle === true || data?.bundled === true,
    dependencies: rangesOf(data?.requires, "dependencies"),
    optionalPeers: new Set(),
    path,
  };
}

function nameAt(location: string): string {
  const at = location.lastIndexOf("node_modules/");
  return at < 0 ? location : location.slice(at + "node_modules/".length);
}

/** What Node finds under a name from a location: in its own node_modules, or that of a folder above. */
export function resolveFrom({ packages }: PackageLock, location: string, name: string): LockedPackage | undefined {
  for (let folder = location; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    // There is no node_modules in a node_modules.
    if (!/(^|\/)node_modules$/.test(folder)) {
      const found = packages.get(`${folder === "" ? "" : `${folder}/`}node_modules/${name}`);
      if (found !== undefined) return found.isLink ? (packages.get(found.resolved ?? "") ?? found) : found;
    }
    if (folder === "") return undefined;
  }
}
