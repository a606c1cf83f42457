// A Go repository as facts: what its programs are, what their builds read and need. Read from files alone: no Go toolchain, no
// network, nothing of the repository is run.
import { resolve } from "node:path";
import { cgoNeed, type CgoNeed } from "./cgoNeed.ts";
import { dependencySource, moduleCacheOf } from "./dependencySource.ts";
import { readGoEnvironment } from "./goEnvironment.ts";
import { localHost } from "./goHost.ts";
import { type GoModule, type GoWorkspace, readModules } from "./goModules.ts";
import { type Embed, folderOf, type GoPackage, readPackages, under } from "./goPackages.ts";
import { GoProjectError } from "./goProjectError.ts";
import { type GoSettings, matchOf } from "./goSettings.ts";
import type { BaseNeed } from "./goSource/baseNeeds.ts";
import type { GoFile } from "./goSource/goFile.ts";
import { isLoopbackHost, type ListenEvidence } from "./goSource/listens.ts";
import { once } from "./once.ts";
import { looksPrivate, privatePattern } from "./privatePath.ts";
import { type ProjectTree, readProjectTree } from "./projectTree.ts";

export interface GoProject {
  /** Absolute. All other paths are relative to it, `/`-separated, `.` for itself. */
  readonly dir: string;
  /** Every module of the repository, the one at its root first. Never empty. */
  readonly modules: readonly GoModule[];
  /** The go.work at the root. */
  readonly workspace: GoWorkspace | undefined;
  /** Every package that builds a program for linux, by folder. */
  readonly mains: readonly MainPackage[];
  /** Every `//go:embed`, whichever package it is in. */
  readonly embeds: readonly Embed[];
  readonly privateModules: readonly PrivateModule[];
  readonly hasTests: boolean;
  /** All files, for those who ask what a build context holds. */
  readonly tree: ProjectTree;
  readonly packages: readonly GoPackage[];
  /** The folders of all packages. */
  readonly packageDirs: readonly string[];
}

/** A package that `go build` makes a program of. */
export interface MainPackage {
  /** As the go command takes it at the root: `.`, `./cmd/shop`. */
  readonly package: string;
  readonly dir: string;
  readonly importPath: string;
  readonly moduleDir: string;
  /** What `go build` calls the program. */
  readonly name: string;
  /** The folders of the project's packages that it is built of, its own first. */
  readonly packages: readonly string[];
  /** Its Go files that are built for linux. */
  readonly files: readonly string[];
  readonly cgo: CgoNeed;
  /** Where it listens, as far as constants say it; the surest first. */
  readonly listens: readonly ConstantListen[];
  /** Environment variables it reads, by constant name. */
  readonly environment: readonly string[];
  /** Whether it serves a network at all, as far as its imports tell. */
  readonly isServer: boolean;
  /** Paths of its health checks: `/healthz`. */
  readonly healthPaths: readonly string[];
  /** Files and folders of the repository that it opens at run time, by a path relative to where it is started. */
  readonly opens: readonly string[];
  /** What its code needs of the image around it, as far as constants say it. */
  readonly baseNeeds: readonly (Pick<BaseNeed, "kind" | "call"> & { readonly file: string; readonly line: number })[];
  /** It carries certificates (golang.org/x/crypto/x509roots/fallback) or time zones (time/tzdata) in itself. */
  readonly embedsRoots: boolean;
  readonly embedsZones: boolean;
  /** Variables that `-ldflags -X main.…` can set: `version`. */
  readonly linkVariables: readonly string[];
}

export interface ConstantListen {
  readonly port: number;
  readonly evidence: ListenEvidence;
  /** It listens on the loopback address, where nothing outside a container reaches it. */
  readonly onlyLoopback: boolean;
  readonly file: string;
  readonly line: number;
}

/** A required module that the public can't fetch. */
export interface PrivateModule {
  readonly path: string;
  readonly version: string;
  /** Whether GOPRIVATE or GONOPROXY says so here, or its host only looks like it. */
  readonly known: boolean;
  /** The pattern for GOPRIVATE that covers it. */
  readonly pattern: string;
}

interface ReadOptions {
  /** The go command's settings here; read from this machine by default. */
  readonly settings?: GoSettings;
  /** GOMODCACHE; found in the environment by default. null: there is none. */
  readonly moduleCache?: string | null;
}

/** Of the folder as it is on disk. @throws GoProjectError */
export async function readGoProject(folder: string, options: ReadOptions = {}): Promise<GoProject> {
  return goProjectOf(await readProjectTree(resolve(folder)), options);
}

/** @throws GoProjectError `noModule`, or what is wrong with a go.mod or go.work */
export async function goProjectOf(tree: ProjectTree, options: ReadOptions = {}): Promise<GoProject> {
  const settings = options.settings ?? (await readGoEnvironment(localHost(process.env))).variable;
  const { modules, workspace } = await readModules(tree);
  if (modules.length === 0) throw noModule(tree);
  const packages = await readPackages(tree, new Map(modules.map(({ dir, path }) => [dir, path])));
  const own = byImportPath(packages, modules, workspace);
  const cache = options.moduleCache === undefined ? moduleCacheOf(process.env) : options.moduleCache;
  const dependencies = dependencySource(tree, modules, workspace, cache ?? undefined);
  const mains: MainPackage[] = [];
  for (const each of packages) {
    if (each.name !== "main" || ![...each.files.values()].some(({ hasMain }) => hasMain)) continue;
    const reached = reachable(each, own);
    const cgo = await cgoNeed([each.importPath], own, dependencies);
    mains.push(mainPackage(each, reached, cgo, tree));
  }
  return {
    dir: tree.root,
    modules,
    workspace,
    mains: mains.sort((a, b) => compare(a.dir, b.dir)),
    embeds: packages.flatMap(({ embeds }) => embeds),
    privateModules: privateModules(modules, workspace, settings),
    hasTests: packages.some(({ hasTests }) => hasTests),
    tree,
    packages,
    packageDirs: packages.map(({ dir }) => dir).sort(compare),
  };
}

function noModule({ root, files }: ProjectTree): GoProjectError {
  const source = files.find((file) => file.endsWith(".go"));
  return new GoProjectError(
    "noModule",
    source === undefined
      ? `${root} holds no go.mod and no Go files: is it the right folder?`
      : `${root} holds Go files (${source}) and no go.mod: \`go mod init <module path>\` makes one, \`go mod tidy\` fills it`,
  );
}

/** A folder that replaces a module stands for it under the module's path, whatever its own go.mod calls it. */
function byImportPath(
  packages: readonly GoPackage[],
  modules: readonly GoModule[],
  workspace: GoWorkspace | undefined,
): ReadonlyMap<string, GoPackage> {
  const own = new Map(packages.map((each) => [each.importPath, each]));
  const replaces = [...modules, ...(workspace === undefined ? [] : [workspace])].flatMap(({ replaces }) => replaces);
  for (const { path, by } of replaces) {
    if (by.kind !== "folder") continue;
    for (const each of packages) {
      const inside =
        each.dir === by.dir ? "." : each.dir.startsWith(`${by.dir}/`) ? each.dir.slice(by.dir.length + 1) : undefined;
      if (inside === undefined || each.moduleDir !== by.dir) continue;
      const importPath = inside === "." ? path : `${path}/${inside}`;
      if (!own.has(importPath)) own.set(importPath, each);
    }
  }
  return own;
}

/** The project's packages that a program is built of, itself first. */
function reachable(main: GoPackage, own: ReadonlyMap<string, GoPackage>): readonly GoPackage[] {
  const reached = new Set([main]);
  for (const each of reached) {
    for (const { header } of each.files.values()) {
      for (const { path } of header.imports) {
        const imported = own.get(path);
        if (imported !== undefined) reached.add(imported);
      }
    }
  }
  return [...reached];
}

const evidenceOrder: readonly ListenEvidence[] = ["environment", "flag", "listens"];

/** Frameworks that are there to serve, whatever their own word for it is. */
const serverImports =
  /^(google\.golang\.org\/grpc|connectrpc\.com\/connect|github\.com\/(gin-gonic\/gin|labstack\/echo|gofiber\/fiber|valyala\/fasthttp|go-chi\/chi|gorilla\/mux|cloudwego\/hertz))(\/|$)/;

function mainPackage(main: GoPackage, reached: readonly GoPackage[], cgo: CgoNeed, tree: ProjectTree): MainPackage {
  // It means reading all of its files to their ends, for few of many programs.
  const told = once(() => toldBySource(main, reached, tree));
  const imports = once(
    () =>
      new Set(
        reached.flatMap(({ files }) =>
          [...files.values()].flatMap(({ header }) => header.imports.map(({ path }) => path)),
        ),
      ),
  );
  return {
    package: main.dir === "." ? "." : `./${main.dir}`,
    dir: main.dir,
    importPath: main.importPath,
    moduleDir: main.moduleDir,
    name: programName(main.importPath),
    packages: reached.map(({ dir }) => dir),
    files: [...main.files.keys()],
    cgo,
    get listens() {
      return told().listens;
    },
    get environment() {
      return told().environment;
    },
    get isServer() {
      return told().isServer;
    },
    get healthPaths() {
      return told().healthPaths;
    },
    get opens() {
      return told().opens;
    },
    get baseNeeds() {
      return told().baseNeeds;
    },
    get embedsRoots() {
      return imports().has("golang.org/x/crypto/x509roots/fallback");
    },
    get embedsZones() {
      return imports().has("time/tzdata");
    },
    get linkVariables() {
      return told().linkVariables;
    },
  };
}

type ToldBySource = Pick<
  MainPackage,
  "listens" | "environment" | "isServer" | "healthPaths" | "opens" | "baseNeeds" | "linkVariables"
>;

function toldBySource(main: GoPackage, reached: readonly GoPackage[], tree: ProjectTree): ToldBySource {
  const sources = reached.flatMap((each) => [...each.files].map(([name, file]) => ({ file, name, dir: each.dir })));
  const listens = sources.flatMap(({ file, dir, name }) => {
    return file.listens.map(({ port, host, evidence, line }) => {
      return { port, evidence, onlyLoopback: isLoopbackHost(host), file: under(dir, name), line };
    });
  });
  // What the program itself says weighs more than what a package of several programs says. A stable sort keeps the rest.
  const rank = ({ evidence, file }: ConstantListen): number => {
    return evidenceOrder.indexOf(evidence) + (folderOf(file) === main.dir ? 0 : evidenceOrder.length);
  };
  const distinct = (read: (file: GoFile) => readonly string[]): readonly string[] => [
    ...new Set(sources.flatMap(({ file }) => read(file))),
  ];
  return {
    listens: listens.sort((a, b) => rank(a) - rank(b)),
    environment: distinct(({ environment }) => environment),
    isServer:
      listens.length > 0 ||
      sources.some(({ file }) => file.serves || file.header.imports.some(({ path }) => serverImports.test(path))),
    healthPaths: distinct(({ healthPaths }) => healthPaths),
    opens: openedHere(
      distinct(({ opens }) => opens),
      main,
      tree,
    ),
    baseNeeds: sources.flatMap(({ file, dir, name }) =>
      file.baseNeeds.map(({ kind, call, line }) => ({ kind, call, file: under(dir, name), line })),
    ),
    linkVariables: [...new Set([...main.files.values()].flatMap(({ linkVariables }) => linkVariables))],
  };
}

/** cmd/go/internal/load, DefaultExecName: the last element of the import path, or the one before a major version. */
function programName(importPath: string): string {
  const parts = importPath.split("/");
  const last = parts.at(-1) ?? importPath;
  return /^v([2-9]|[1-9]\d+)$/.test(last) && parts.length > 1 ? (parts.at(-2) ?? last) : last;
}

/** Those that are there, seen from the root, where people start it while they develop. Settings with secrets are not for images. */
function openedHere(
  paths: readonly string[],
  { moduleDir }: GoPackage,
  { files, has }: ProjectTree,
): readonly string[] {
  const found = paths.flatMap((path) => {
    const fixed = path
      .split("/")
      .filter((part, index, all) => !all.slice(0, index + 1).some((each) => /[*?[]/.test(each)));
    const name = under(moduleDir, fixed.join("/") || ".");
    if (fixed.length === 0 || /(^|\/)\.env/.test(name)) return [];
    return has(name) || files.some((file) => file.startsWith(`${name}/`)) ? [name] : [];
  });
  return [...new Set(found)];
}

/** What is fetched from elsewhere and not by the public; folders that replace it are not fetched at all. */
function privateModules(
  modules: readonly GoModule[],
  workspace: GoWorkspace | undefined,
  settings: GoSettings,
): readonly PrivateModule[] {
  const ours = new Set(modules.map(({ path }) => path));
  const replaces = [...(workspace?.replaces ?? []), ...modules.flatMap(({ replaces }) => replaces)];
  const found = new Map<string, PrivateModule>();
  for (const { path: required, version: wanted } of modules.flatMap(({ requires }) => requires)) {
    const by = replaces.find(
      ({ path, version }) => path === required && (version === undefined || version === wanted),
    )?.by;
    if (by?.kind === "folder" || (ours.has(required) && workspace !== undefined)) continue;
    const { path, version } = by ?? { path: required, version: wanted };
    const match = matchOf(settings("GOPRIVATE"), path) ?? matchOf(settings("GONOPROXY"), path);
    if (match === undefined && looksPrivate(path) === undefined) continue;
    const pattern = (match?.pattern ?? privatePattern(path)).trim();
    found.set(path, { path, version, known: match !== undefined, pattern });
  }
  return [...found.values()].sort((a, b) => compare(a.path, b.path));
}

/** By code units, so that it is the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
