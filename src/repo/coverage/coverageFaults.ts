// Names in a coverage report that lead to no file of the tree, and what they should be.
//
// A name is looked for where it says; then where git's history says that it went; then, for what a CI machine or another module
// path put before it, by what is behind that. How it was found is kept: only a person can tell whether a file of the same name is
// the same file.
import { posix } from "node:path";
import { isStandard } from "../cgoNeed.ts";
import type { GitMoves } from "../gitMoves.ts";
import type { CoverageReport } from "./coverageReport.ts";

export interface CoverageFault {
  /** As the report has it. */
  readonly name: string;
  /** Its place in the report's text. */
  readonly start: number;
  /** `absolute`: of another machine; `other-module`: below a module path that no go.mod has; `gone`: there is no such file. */
  readonly kind: "absolute" | "other-module" | "gone";
  /** undefined: nobody knows. */
  readonly right: string | undefined;
  /** `name`: it is the only file that is called so, which may be chance. */
  readonly by: "history" | "rest" | "name";
}

/** What names are held against. */
export interface CoverageTree {
  /** Absolute. */
  readonly root: string;
  readonly has: (file: string) => boolean;
  /** Folders with files in them, `.` for the root. */
  readonly folders: ReadonlySet<string>;
  /** By a name that no other file has. */
  readonly onlyFiles: ReadonlyMap<string, string>;
  /** Of each go.mod, `.` for the root. */
  readonly modules: readonly { readonly path: string; readonly dir: string }[];
  /** Paths of modules that are required: their files are not here. */
  readonly required: readonly string[];
}

/** Whether every name leads to a file that is here, or to one that need not be: then nobody has to ask git's history. */
export function areAllThere({ format, names, file }: CoverageReport, tree: CoverageTree): boolean {
  const bases = basesOf(file);
  return [...names.keys()].every((name) => {
    const path = inRoot(tree, name);
    if (isAbsolute(name)) return path !== undefined && tree.has(path);
    if (format !== "go") return isMadeUp(name) || bases.some((base) => tree.has(posix.join(base, cleaned(name))));
    const own = longest(tree.modules, name);
    if (own === undefined) return name.startsWith(".") || tree.required.some((each) => isBelow(name, each));
    return tree.has(under(own.dir, name.slice(own.path.length + 1)));
  });
}

/** The faults of a report, in its order. */
export function coverageFaults(report: CoverageReport, tree: CoverageTree, moves: GitMoves): readonly CoverageFault[] {
  const names = [...report.names.keys()];
  const foreign = names.filter((name) => isAbsolute(name) && inRoot(tree, name) === undefined);
  const absolute = strip(foreign, ({ name }) => place(tree, moves, name));
  const unknown = report.format === "go" ? names.filter((name) => isOfUnknownModule(tree, moves, name)) : [];
  const renamedModules = strip(
    unknown,
    ({ name }) => tree.modules.flatMap(({ dir }) => place(tree, moves, under(dir, name)) ?? [])[0],
  );
  const bases = basesOf(report.file);

  return [...report.names].flatMap(([name, start]): readonly CoverageFault[] => {
    const path = inRoot(tree, name) ?? (isAbsolute(name) ? undefined : name);
    if (path === undefined) {
      const found = absolute.get(name);
      return found === undefined ? [] : [{ name, start, kind: "absolute", right: written(found.file), by: found.by }];
    }
    return report.format === "go" && path === name ? ofModule(name, start) : ofFolder(name, path, start);
  });

  function ofModule(name: string, start: number): readonly CoverageFault[] {
    // `./x.go` is read from the folder that the tool is called in.
    if (name.startsWith(".")) return [];
    const own = longest(tree.modules, name);
    const file = own === undefined ? undefined : under(own.dir, name.slice(own.path.length + 1));
    if (file !== undefined && tree.has(file)) return [];
    if (tree.required.some((path) => isBelow(name, path))) return [];
    const old = longest(moves.modules, name);
    const other = { name, start, kind: "other-module" } as const;
    // Either path may be the other's beginning: example.com/app and example.com/app/v2.
    if (old !== undefined && old.path.length > (own?.path.length ?? 0)) {
      const found = place(tree, moves, under(old.folder, name.slice(old.path.length + 1)));
      return [{ ...other, right: written(found?.file), by: "history" }];
    }
    if (file !== undefined) {
      const withoutMajor = file.replace(/^((?:.*\/)?)v\d+\//, "$1");
      if (withoutMajor !== file && tree.has(withoutMajor))
        return [{ ...other, right: written(withoutMajor), by: "rest" }];
      return [gone(name, start, file)];
    }
    const found = renamedModules.get(name);
    return found === undefined ? [] : [{ ...other, right: written(found.file), by: found.by }];
  }

  function ofFolder(name: string, path: string, start: number): readonly CoverageFault[] {
    if (isMadeUp(path)) return [];
    const clean = cleaned(path);
    const here = path === name ? bases : [""];
    if (here.some((base) => tree.has(posix.join(base, clean)))) return [];
    for (const base of here) {
      const to = moves.files.get(posix.join(base, clean));
      if (to !== undefined && tree.has(to))
        return [{ name, start, kind: "gone", right: path === name ? posix.relative(base, to) : to, by: "history" }];
    }
    // Of what a build makes, neither file nor folder need be here.
    const folder = posix.dirname(clean);
    const isOfTree = here.some((base) => tree.folders.has(posix.join(base, folder)));
    if (!isOfTree) return [];
    return [{ name, start, kind: "gone", right: tree.onlyFiles.get(posix.basename(clean)), by: "name" }];
  }

  function gone(name: string, start: number, file: string): CoverageFault {
    const moved = place(tree, moves, file);
    const found = moved?.file ?? tree.onlyFiles.get(posix.basename(file));
    return { name, start, kind: "gone", right: written(found), by: moved === undefined ? "name" : "history" };
  }

  /** As the report's format names a file of the tree. */
  function written(file: string | undefined): string | undefined {
    if (file === undefined || report.format !== "go") return file;
    const modules = tree.modules.filter(({ dir }) => dir === "." || file.startsWith(`${dir}/`));
    const [module] = modules.toSorted((a, b) => b.dir.length - a.dir.length);
    if (module === undefined) return undefined;
    return `${module.path}/${module.dir === "." ? file : file.slice(module.dir.length + 1)}`;
  }
}

interface Placed {
  readonly file: string;
  readonly by: "history" | "rest";
}

/** Where a file is, or where it went. */
function place(tree: CoverageTree, moves: GitMoves, file: string): Placed | undefined {
  if (tree.has(file)) return { file, by: "rest" };
  const to = moves.files.get(file);
  return to !== undefined && tree.has(to) ? { file: to, by: "history" } : undefined;
}

/**
 * Finds what all those names have before what the tree knows: a folder of a machine, a module path that is gone. The shortest that
 * explains most of them; and only if half of what begins with it is explained, since `main.go` alone is everywhere.
 */
function strip(
  names: readonly string[],
  find: (rest: { readonly name: string }) => Placed | undefined,
): ReadonlyMap<string, Placed> {
  const prefixes = new Map<string, Map<string, Placed>>();
  for (const name of names) {
    const parts = name.replaceAll("\\", "/").split("/");
    for (let count = 1; count < parts.length; count++) {
      const found = find({ name: parts.slice(count).join("/") });
      if (found === undefined) continue;
      const prefix = `${parts.slice(0, count).join("/")}/`;
      const all = prefixes.get(prefix) ?? new Map<string, Placed>();
      prefixes.set(prefix, all.set(name, found));
      break;
    }
  }
  const [best] = [...prefixes].toSorted(([a, x], [b, y]) => y.size - x.size || a.length - b.length);
  if (best === undefined) return new Map();
  const [prefix, found] = best;
  const below = names.filter((name) => name.replaceAll("\\", "/").startsWith(prefix));
  return found.size * 2 >= below.length ? found : new Map();
}

function isOfUnknownModule(tree: CoverageTree, moves: GitMoves, name: string): boolean {
  return (
    !isAbsolute(name) &&
    !name.startsWith(".") &&
    longest(tree.modules, name) === undefined &&
    longest(moves.modules, name) === undefined &&
    !isStandard(name) &&
    !tree.required.some((path) => isBelow(name, path))
  );
}

function longest<T extends { readonly path: string }>(modules: readonly T[], name: string): T | undefined {
  return modules.filter(({ path }) => isBelow(name, path)).toSorted((a, b) => b.path.length - a.path.length)[0];
}

function isBelow(name: string, path: string): boolean {
  return name.startsWith(`${path}/`);
}

function under(dir: string, file: string): string {
  return dir === "." || dir === "" ? file : `${dir}/${file}`;
}

/** By a bundler or the runtime, or somebody else's: `webpack://app/x.js`, `node:internal/x`, `<anonymous>`. */
function isMadeUp(name: string): boolean {
  return /^[a-z][\w+.-]+:|[<>?]|(^|\/)node_modules\//i.test(name);
}

function cleaned(name: string): string {
  return posix.normalize(name.replaceAll("\\", "/"));
}

function isAbsolute(name: string): boolean {
  return /^(\/|[A-Za-z]:[\\/])/.test(name);
}

/** From the root; undefined for what lies elsewhere, or on another machine. */
function inRoot({ root }: CoverageTree, name: string): string | undefined {
  return name.startsWith(`${root}/`) ? name.slice(root.length + 1) : undefined;
}

/** Relative names begin where the tests ran: at the root, or in a folder above the report. */
function basesOf(file: string): readonly string[] {
  const bases = [""];
  for (let folder = posix.dirname(file); folder !== "."; folder = posix.dirname(folder)) bases.push(folder);
  return bases;
}
