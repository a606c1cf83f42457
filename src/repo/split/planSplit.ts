/**
 * Cuts packages out of a module: what becomes a module of its own, what each module of the repository then requires, which
 * imports change, and what is released in which order. A plan only: nothing is written.
 */
import { merge } from "../../gomod/gosum.ts";
import * as modfile from "../../gomod/modfile.ts";
import { mayBeBuilt } from "../../gomod/source.ts";
import * as semver from "../../gomod/semver.ts";
import type { GoModule } from "../goModules.ts";
import { type GoPackage, under } from "../goPackages.ts";
import type { GoProject } from "../goProject.ts";
import type { ModuleCache } from "../moduleCache.ts";
import { bondsOf } from "./bonds.ts";
import type { ChosenPackages } from "./chosenPackages.ts";
import type { Content, FileSet } from "./fileSet.ts";
import { countOf, moduleGraphOf, type OwnGoMods } from "./moduleGraphOf.ts";
import { type ModuleAfter, modulesAfter } from "./modulesAfter.ts";
import { licenceFiles, movedFiles } from "./movedFiles.ts";
import { newGoSum } from "./newGoSum.ts";
import { newGoWork } from "./newGoWork.ts";
import { type NewModule, newModules, type SplitForm } from "./newModules.ts";
import { checkInternal, checkOutside, nothingLeft } from "./obstacles.ts";
import { lastVersion, nextVersion } from "./repoModule.ts";
import { knownSums, sumsOf } from "./repoSums.ts";
import { goModAfter } from "./requirementsAfter.ts";
import { rewrittenFiles } from "./rewrittenFiles.ts";
import { isPruned } from "./newGoMod.ts";
import { testedWith } from "./testedWith.ts";
import { mustList, withUnlisted } from "./unlisted.ts";

export interface SplitSettings {
  readonly into: SplitForm;
  /** The path above new repositories: `example.com/group`. */
  readonly group: string;
  /** Names of git's tags. */
  readonly tags: readonly string[];
  readonly cache: ModuleCache | undefined;
  /** Whether git has the file; what it has not stays where it is. Absent: there is no git. */
  readonly isTracked?: (file: string) => boolean;
}

export interface SplitPlan {
  readonly module: GoModule;
  readonly into: SplitForm;
  /** The modules that are made, those first that require no other. */
  readonly made: readonly NewModule[];
  /** All that changes, in the order of their release; go.mod and go.sum as they will be. */
  readonly changed: readonly ChangedModule[];
  /** Repositories that are made, by name; empty where the modules stay in the old one. */
  readonly repositories: readonly NewRepository[];
  /** The old repository's files that get another text or are new. */
  readonly texts: readonly { readonly path: string; readonly before: string | undefined; readonly text: string }[];
  /** The old repository's files that leave it. */
  readonly removed: readonly string[];
  /** Import paths that no version of the old module after this one has. */
  readonly gone: readonly { readonly importPath: string; readonly newPath: string }[];
  /** Lines that name an old path and are left: `Makefile:12`. */
  readonly mentions: readonly string[];
  readonly warnings: readonly string[];
}

export interface ChangedModule {
  readonly after: ModuleAfter;
  readonly goMod: string;
  readonly goSum: string;
  readonly requires: readonly { readonly path: string; readonly version: string; readonly indirect: boolean }[];
  /** How many modules `go list -m all` names beside it, before and after; undefined where that can't be told here. */
  readonly modulesBefore: number | undefined;
  readonly modulesAfter: number | undefined;
}

export interface NewRepository {
  readonly name: string;
  readonly module: NewModule;
  readonly files: FileSet;
}

/** @throws SplitError */
export async function planSplit(
  written: GoProject,
  { module: chosen, wanted }: ChosenPackages,
  { into, group, tags, cache, isTracked = () => true }: SplitSettings,
): Promise<SplitPlan> {
  const goMods = await goModTexts(written);
  const ownBefore = ownGoMods(written, goMods);
  const project = await withUnlisted(written, ownBefore, cache);
  const { packages, modules, tree } = project;
  const module = modules.find(({ dir }) => dir === chosen.dir) ?? chosen;
  const own = packages.filter(({ moduleDir }) => moduleDir === module.dir);
  const first = firstVersion(module, lastVersion(module, project, tags));
  const bonds = bondsOf(own, into === "modules");
  const made = newModules({ module, packages: own, wanted, bonds, into, group, firstVersion: first });
  const left = own.filter(({ dir }) => !made.some((each) => each.packages.some((moved) => moved.dir === dir)));
  if (left.length === 0) throw nothingLeft(module, made);
  checkInternal(project, made);
  const after = await modulesAfter({ project, module, made, into, tags, cache });
  checkOutside(after, made);

  const moved = into === "modules" ? [] : made.map((each) => movedFiles(each.packages, project));
  const leaving = new Set(moved.flatMap((files) => [...files.keys()]).filter(isTracked));
  const moves = new Map(
    made
      .flatMap((each) => each.packages)
      .filter(({ importPath, newPath }) => importPath !== newPath)
      .map(({ importPath, newPath }) => [importPath, newPath] as const),
  );
  const rewritten = await rewrittenFiles(tree, moves, leaving);
  const contentOf = (file: string): Content => {
    const text = rewritten.texts.get(file);
    return text === undefined ? { kind: "kept", from: file } : { kind: "text", text };
  };
  const files = new Map<string, Content>(
    tree.files.filter((file) => isTracked(file) && !leaving.has(file)).map((file) => [file, contentOf(file)]),
  );
  const repositories = (into === "modules" ? [] : made).map(
    (each, index): NewRepository & { readonly files: Map<string, Content> } => {
      const licences = [...licenceFiles(project, module.dir)].map(([name, from]) => [name, contentOf(from)] as const);
      const own = [...(moved[index] ?? [])].filter(([from]) => leaving.has(from));
      return {
        name: each.name,
        module: each,
        files: new Map([...licences, ...own.map(([from, to]) => [to, contentOf(from)] as const)]),
      };
    },
  );
  const filesOf = ({ made }: ModuleAfter): Map<string, Content> =>
    repositories.find(({ module }) => module === made)?.files ?? files;

  const goModAfterOf = new Map<ModuleAfter, string>();
  for (const each of after) {
    const write = (isListed: (requirement: modfile.Requirement) => boolean): string =>
      goModAfter(each, after, project, goMods, into, isListed);
    const own = ownAfterSplit(ownBefore, goModAfterOf, into);
    const text = isPruned(each.before.go)
      ? write(() => true)
      : write(
          mustList(
            await moduleGraphOf(
              each.dir,
              write(({ indirect }) => !indirect),
              own,
              cache,
            ),
          ),
        );
    goModAfterOf.set(each, text);
  }
  const ownAfter = ownAfterSplit(ownBefore, goModAfterOf, into);
  // A go.mod counts among a module's files before any hash is taken: the folder above leaves out what it marks.
  for (const [each, text] of goModAfterOf) filesOf(each).set(under(each.dir, "go.mod"), { kind: "text", text });
  let known = await knownSums(project);
  const changed: ChangedModule[] = [];
  const warnings: string[] = [];
  for (const [each, goMod] of goModAfterOf) {
    const place = under(each.dir, "go.mod");
    const graph = await moduleGraphOf(each.dir, goMod, ownAfter, cache);
    const before = each.made === undefined ? goMods.get(each.dir) : undefined;
    const imported = each.needs.packages.map(({ path, module }) => ({ path: moves.get(path) ?? path, module }));
    const sums = await newGoSum(graph, imported, await testedWith(each, graph, project, cache), known, cache);
    if (sums.missing.length > 0)
      warnings.push(
        `${each.path}: go.sum lacks ${sums.missing.map(({ path, version }) => `${path} ${version}`).join(", ")}: go mod tidy fetches it`,
      );
    const [unread, ...more] = each.needs.unread;
    if (unread !== undefined)
      warnings.push(
        `${each.path}: ${unread}${more.length === 0 ? "" : ` and ${more.length} more packages`} that it is built of can't be looked at on this machine: it keeps what may be needed; go mod download, and run this again`,
      );
    if (sums.text !== "" || filesOf(each).has(under(each.dir, "go.sum")))
      filesOf(each).set(under(each.dir, "go.sum"), { kind: "text", text: sums.text });
    if (each.before.hasVendor && each.made === undefined)
      warnings.push(`${place}: go mod vendor, for its vendor folder`);
    if (each.version !== undefined) known = merge(known, await sumsOf(filesOf(each), each, each.version, project));
    changed.push({
      after: each,
      goMod,
      goSum: sums.text,
      requires: modfile.parse(place, goMod).require.map(({ mod, indirect }) => ({ ...mod, indirect })),
      modulesBefore:
        before === undefined ? undefined : countOf(await moduleGraphOf(each.dir, before, ownBefore, cache)),
      modulesAfter: countOf(graph),
    });
  }
  if (into === "modules") await addToWorkspace(project, module, after, files);
  return {
    module: chosen,
    into,
    made,
    changed,
    repositories,
    texts: await changedTexts(files, project),
    removed: [...leaving].sort(),
    gone: goneOf(made),
    mentions: rewritten.mentions,
    warnings: [
      ...warnings,
      ...rewritten.reaching.map((place) => `${place}: reaches above its folder, which is another place now`),
      ...(into === "modules" ? [] : helpers(own, made)),
      ...attributes(repositories, project),
      ...(modules.some(({ go }) => go === undefined) ? ["a go.mod without a go line: go mod tidy"] : []),
    ],
  };
}

/** A new path begins where the old one was: v1 is a promise, and a major version stays with its name. */
function firstVersion(module: GoModule, last: string | undefined): string {
  const version = last ?? nextVersion(module, undefined);
  const major = semver.major(version);
  return major === "v0" ? "v0.1.0" : `${major}.0.0`;
}

async function goModTexts({ modules, tree }: GoProject): Promise<ReadonlyMap<string, string>> {
  const texts = modules.map(async ({ dir }) => [dir, (await tree.read(under(dir, "go.mod"))) ?? ""] as const);
  return new Map(await Promise.all(texts));
}

function ownGoMods({ modules }: GoProject, byDir: ReadonlyMap<string, string>): OwnGoMods {
  return { byDir, byPath: new Map(modules.map(({ path, dir }) => [path, byDir.get(dir) ?? ""])) };
}

function ownAfterSplit(before: OwnGoMods, texts: ReadonlyMap<ModuleAfter, string>, into: SplitForm): OwnGoMods {
  const byPath = [...texts].map(([{ path }, text]) => [path, text] as const);
  const byDir = [...texts]
    .filter(([{ made }]) => made === undefined || into === "modules")
    .map(([{ dir }, text]) => [dir, text] as const);
  return { byPath: new Map([...before.byPath, ...byPath]), byDir: new Map([...before.byDir, ...byDir]) };
}

/** What a go.work holds together it goes on holding together. */
async function addToWorkspace(
  { workspace, tree }: GoProject,
  module: GoModule,
  after: readonly ModuleAfter[],
  files: Map<string, Content>,
): Promise<void> {
  const used = new Set(workspace?.use);
  const text = used.has(module.dir) ? await tree.read("go.work") : undefined;
  if (text === undefined) return;
  const held = after.filter(({ made, dir }) => made !== undefined || used.has(dir));
  files.set("go.work", { kind: "text", text: newGoWork(text, "", held) });
}

async function changedTexts(files: FileSet, { tree }: GoProject): Promise<SplitPlan["texts"]> {
  const texts: SplitPlan["texts"][number][] = [];
  for (const [path, content] of files) {
    if (content.kind !== "text") continue;
    const before = await tree.read(path);
    if (before !== content.text) texts.push({ path, before, text: content.text });
  }
  return texts.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Programs and what is internal nobody else could import. */
function goneOf(made: readonly NewModule[]): SplitPlan["gone"] {
  return made
    .flatMap(({ packages }) => packages)
    .filter(({ importPath, newPath }) => importPath !== newPath && !`/${importPath}/`.includes("/internal/"))
    .map(({ importPath, newPath }) => ({ importPath, newPath }));
}

/** What `go run` starts by name is no part of a package, and holds nothing back; but it can't import across internal, or for nothing. */
function helpers(own: readonly GoPackage[], made: readonly NewModule[]): readonly string[] {
  const leaving = new Set(made.flatMap(({ packages }) => packages.map(({ dir }) => dir)));
  const staying = new Set(own.filter(({ dir }) => !leaving.has(dir)).map(({ importPath }) => importPath));
  return own
    .filter(({ dir }) => leaving.has(dir))
    .flatMap(({ dir, allFiles }) =>
      [...allFiles].flatMap(([name, { header }]) => {
        const imported = header.imports.find(({ path }) => staying.has(path));
        if (mayBeBuilt(header.constraint) || imported === undefined) return [];
        return [
          `${under(dir, name)} (go:build ignore) imports ${imported.path}, which its new module does not require`,
        ];
      }),
    );
}

function attributes(repositories: readonly NewRepository[], { tree }: GoProject): readonly string[] {
  const has = repositories.some(({ files }) => [...files.keys()].some((file) => file.endsWith(".gitattributes")));
  if (!has && !tree.has(".gitattributes")) return [];
  return [".gitattributes may change what git gives out of a file: check the new go.sum lines with go mod verify"];
}
