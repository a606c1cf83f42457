/** The packages of a project, each with what its files say. */
import type { BuildContext } from "../gomod/source/buildContext.ts";
import { type GoFile, isBuilt, readGoFile } from "./goSource/goFile.ts";
import { matchPath } from "../gomod/pattern.ts";
import type { ProjectTree } from "./projectTree.ts";

/** What images are built for. Where a file is for another system only, it is not looked at. */
export const imageTags: BuildContext = { goos: "linux", goarch: "amd64", cgo: true };

const anyImage: readonly BuildContext[] = ["amd64", "arm64"].flatMap((goarch) => [
  { goos: "linux", goarch, cgo: true },
  { goos: "linux", goarch, cgo: false },
]);

export interface GoPackage {
  /** `.`, `cmd/shop`; from the project's root, `/`-separated. */
  readonly dir: string;
  readonly importPath: string;
  /** The folder of the module that it is in: `.`, `services/api`. */
  readonly moduleDir: string;
  /** As the package clause has it. */
  readonly name: string;
  /** Those that are built for linux/amd64 with cgo on, by name. */
  readonly files: ReadonlyMap<string, GoFile>;
  /** All its Go files but tests, whatever they are built for. */
  readonly allFiles: ReadonlyMap<string, GoFile>;
  /** Its test files, those of its outer test package too. */
  readonly tests: ReadonlyMap<string, GoFile>;
  readonly embeds: readonly Embed[];
  readonly hasTests: boolean;
}

/** One pattern of a `//go:embed`. */
export interface Embed {
  readonly pattern: string;
  /** The Go file that it stands in, from the project's root. */
  readonly file: string;
  /** What it takes from here, from the project's root; empty if the build would fail for it. */
  readonly matches: readonly string[];
}

/** Each Go file is read once; several at a time. */
const readsAtOnce = 16;

/**
 * @param modules The path of each module by its folder.
 */
export async function readPackages(
  tree: ProjectTree,
  modules: ReadonlyMap<string, string>,
): Promise<readonly GoPackage[]> {
  const sources = tree.files.filter((file) => file.endsWith(".go") && isPackageFolder(folderOf(file), modules));
  const files = new Map<string, GoFile>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let path = sources[next++]; path !== undefined; path = sources[next++]) {
      const text = await tree.read(path);
      const file = text === undefined ? undefined : readGoFile(nameOf(path), text);
      if (file !== undefined) files.set(path, file);
    }
  };
  await Promise.all(Array.from({ length: readsAtOnce }, work));
  const folders = Map.groupBy(sources, folderOf);
  return [...folders].flatMap(([dir, paths]) => packageOf(tree, modules, dir, paths, files) ?? []);
}

function packageOf(
  tree: ProjectTree,
  modules: ReadonlyMap<string, string>,
  dir: string,
  paths: readonly string[],
  read: ReadonlyMap<string, GoFile>,
): GoPackage | undefined {
  const moduleDir = moduleOf(dir, modules);
  const modulePath = moduleDir === undefined ? undefined : modules.get(moduleDir);
  if (moduleDir === undefined || modulePath === undefined) return undefined;
  const all = paths.flatMap((path) => {
    const file = read.get(path);
    return file === undefined ? [] : [[nameOf(path), file] as const];
  });
  const sources = all.filter(([name, { isTest }]) => !isTest && !/^[_.]/.test(name));
  const built = sources.filter(([name, { header }]) => isBuilt(name, header, imageTags));
  const name = built[0]?.[1].header.packageName ?? sources[0]?.[1].header.packageName;
  const tests = all.filter(([name, { isTest }]) => isTest && !/^[_.]/.test(name));
  const hasTests = tests.length > 0;
  if (name === undefined && !hasTests) return undefined;
  const rest = moduleDir === "." ? dir : dir.slice(moduleDir.length + 1);
  const embeds = sources.flatMap(([file, { embeds, header }]) => {
    if (!anyImage.some((tags) => isBuilt(file, header, tags))) return [];
    return embeds.map((pattern) => ({
      pattern,
      file: under(dir, file),
      matches: embedded(tree, dir, pattern),
    }));
  });
  return {
    dir,
    importPath: rest === "." || rest === "" ? modulePath : `${modulePath}/${rest}`,
    moduleDir,
    name: name ?? "",
    files: new Map(built),
    allFiles: new Map(sources),
    tests: new Map(tests),
    embeds,
    hasTests,
  };
}

/** The innermost module that holds the folder. */
function moduleOf(dir: string, modules: ReadonlyMap<string, unknown>): string | undefined {
  for (let at = dir; ; at = folderOf(at)) {
    if (modules.has(at)) return at;
    if (at === ".") return undefined;
  }
}

/** cmd/go: folders named testdata or vendor, and those that begin with `.` or `_`, hold no packages of the module. */
function isPackageFolder(dir: string, modules: ReadonlyMap<string, string>): boolean {
  const moduleDir = moduleOf(dir, modules);
  if (moduleDir === undefined) return false;
  const inside = moduleDir === "." ? dir : dir.slice(moduleDir.length + 1);
  return (
    inside === "." || !inside.split("/").some((part) => part === "testdata" || part === "vendor" || /^[_.]/.test(part))
  );
}

/** What a pattern takes (cmd/go/internal/load, resolveEmbed): path.Match against files and folders, and all that is in a folder. */
function embedded(tree: ProjectTree, dir: string, pattern: string): readonly string[] {
  const all = pattern.startsWith("all:");
  const glob = under(dir, all ? pattern.slice(4) : pattern);
  const depth = glob === "." ? 0 : glob.split("/").length;
  const prefix = dir === "." ? "" : `${dir}/`;
  return tree.files.filter((file) => {
    if (!file.startsWith(prefix)) return false;
    const parts = file.split("/");
    if (parts.length < depth) return false;
    if (depth > 0 && matchPath(glob, parts.slice(0, depth).join("/")) !== true) return false;
    // Below a folder that matched, hidden files are left out unless `all:` asks for them.
    return all || !parts.slice(depth).some((part) => /^[_.]/.test(part));
  });
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `dir/name`, without a `./` in front. */
export function under(dir: string, name: string): string {
  if (name === ".") return dir;
  return dir === "." ? name : `${dir}/${name}`;
}
