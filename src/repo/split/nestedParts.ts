/**
 * The modules of a split that stay in the repository: each is a folder with all that is below it. What they need of the old
 * module gets a folder's module too, so that none requires the old one.
 */
import { type Bond, type Bonds, closureOf, verbs } from "./bonds.ts";
import type { GoPackage } from "../goPackages.ts";
import { commonFolder, isBelow } from "./layout.ts";
import type { Part } from "./parts.ts";
import { SplitError } from "./splitError.ts";

export interface NestedPart extends Part {
  /** The folder of the new go.mod, from the project's root. */
  readonly root: string;
}

/** @returns Those first that require no other. @throws SplitError `impossible` */
export function nestedParts(
  wanted: readonly (readonly string[])[],
  packages: readonly GoPackage[],
  bonds: Bonds,
): readonly NestedPart[] {
  const because = new Map<string, Bond>();
  const roots = new Set(wanted.flatMap((group) => rootsOf(group, packages)));
  const members = new Set<string>();
  // What is below a new module's folder goes with it, and may need more folders.
  for (let before = -1; before < members.size + roots.size;) {
    before = members.size + roots.size;
    for (const { dir } of packages) if (rootOf(dir, roots) !== undefined) members.add(dir);
    for (const member of members) {
      for (const [dir, bond] of closureOf(member, bonds)) {
        members.add(dir);
        if (bond !== undefined && rootOf(dir, roots) === undefined) because.set(dir, bond);
        if (rootOf(dir, roots) === undefined) roots.add(dir);
      }
    }
  }
  const atRoot = packages.find(({ dir, moduleDir }) => dir === moduleDir && roots.has(dir));
  if (atRoot !== undefined) {
    const bond = because.get(atRoot.dir);
    const why = bond === undefined ? "it was asked for" : `${bond.file} ${verbs[bond.kind]} it`;
    throw new SplitError(
      "impossible",
      `the package at the module's own folder (${atRoot.importPath}) can't be a nested module beside it, and ${why}: --into repositories can move it`,
    );
  }
  const parts = [...roots].map((root): NestedPart => {
    const dirs = packages.map(({ dir }) => dir).filter((dir) => rootOf(dir, roots) === root);
    return { root, dirs: dirs.sort(), wanted: wanted.flat().filter((dir) => dirs.includes(dir)), because };
  });
  return leafFirst(parts, bonds);
}

/** The folder that holds the group, where it holds no other package. */
function rootsOf(group: readonly string[], packages: readonly GoPackage[]): readonly string[] {
  const folder = commonFolder(group);
  const isWhole = packages.every(({ dir }) => !isBelow(folder, dir) || group.includes(dir));
  return isWhole ? [folder] : group;
}

/** The innermost of these folders that holds the package. */
function rootOf(dir: string, roots: ReadonlySet<string>): string | undefined {
  let found: string | undefined;
  for (const root of roots) if (isBelow(root, dir) && root.length > (found?.length ?? -1)) found = root;
  return found;
}

function leafFirst(parts: readonly NestedPart[], bonds: Bonds): readonly NestedPart[] {
  const partOf = new Map(parts.flatMap((part) => part.dirs.map((dir) => [dir, part] as const)));
  const done = new Set<NestedPart>();
  const open: NestedPart[] = [];
  const visit = (part: NestedPart): void => {
    if (done.has(part)) return;
    if (open.includes(part)) throw circle(open.slice(open.indexOf(part)));
    open.push(part);
    for (const dir of part.dirs) {
      for (const { to } of bonds.get(dir) ?? []) {
        const other = partOf.get(to);
        if (other !== undefined && other !== part) visit(other);
      }
    }
    open.pop();
    done.add(part);
  };
  for (const part of parts.toSorted((a, b) => (a.root < b.root ? -1 : 1))) visit(part);
  return [...done];
}

function circle(parts: readonly NestedPart[]): SplitError {
  const folders = parts.map(({ root }) => root);
  return new SplitError(
    "impossible",
    `${folders.join(" and ")} would be modules that require each other, as each imports (or embeds) from the other: take a folder that holds both, \`--packages FOLDER/...\`, or --into repositories, which puts them into one`,
  );
}
