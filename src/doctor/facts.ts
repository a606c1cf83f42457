// What rules look at: read once, before any rule, so that every rule is a plain function of it.

import { resolve } from "node:path";
import type { CiPipeline } from "../repo/ci/ciFile.ts";
import { readCi } from "../repo/ci/readCi.ts";
import { type DockerBuild, dockerBuilds, isBuildFile } from "../repo/dockerBuilds.ts";
import { type Dockerfile, parseDockerfile } from "../repo/dockerfile/dockerfile.ts";
import { moduleCacheOf } from "../repo/dependencySource.ts";
import { type KnownModule, knownModules } from "../repo/knownModules.ts";
import type { Machine } from "../repo/machine.ts";
import type { MachineProbes } from "../repo/machineProbes.ts";
import { moduleCacheAt } from "../repo/moduleCache.ts";
import { type MovedTag, movedTags } from "../repo/movedTags.ts";
import { type VendorDrift, vendorDrifts } from "../repo/vendorDrift.ts";
import { type GitRefs, readGitRefs } from "../repo/gitRefs.ts";
import { type GoProject, goProjectOf } from "../repo/goProject.ts";
import { GoProjectError } from "../repo/goProjectError.ts";
import { type FaultyReport, readCoverage } from "../repo/coverage/readCoverage.ts";
import { type NpmProject, readNpmProjects } from "../repo/npm/npmProject.ts";
import { type ProjectTree, readProjectTree } from "../repo/projectTree.ts";
import { type BuildContext, buildContext } from "./buildContext.ts";
import type { ImageFacts } from "./imageFacts.ts";

export interface Facts {
  /** All files of the project, by name. */
  readonly files: readonly string[];
  readonly has: (path: string) => boolean;
  /** The text of a file that was read: go.mod, Dockerfiles, ignore files. */
  readonly text: (path: string) => string | undefined;
  /** undefined where there is no Go module, or it can't be read. */
  readonly go: GoProject | undefined;
  readonly dockerfiles: readonly DockerfileFacts[];
  /** undefined where the folder is no git repository of its own. */
  readonly git: GitRefs | undefined;
  readonly ci: readonly CiPipeline[];
  /** Each package.json, with what its lock file holds. */
  readonly npm: readonly NpmProject[];
  /** Coverage reports that name files which are not there. */
  readonly coverage: readonly FaultyReport[];
  /** What is built from where, as far as the repository says so. */
  readonly builds: readonly DockerBuild[];
  /** What the module cache of this machine knows of what is required, by `path version`. */
  readonly known: ReadonlyMap<string, KnownModule>;
  /** Vendored files that are not those of the modules that go.sum names. */
  readonly drifts: readonly VendorDrift[];
  /** Tags that lead to another commit than their version was made of. */
  readonly movedTags: readonly MovedTag[];
  /** The machine that builds; undefined where another one does: for a revision in git, an editor's text. */
  readonly machine: Machine | undefined;
  /** What the network said; undefined where it was not asked. */
  readonly probes: MachineProbes | undefined;
  /** The image that was built of it, where one is given. */
  readonly image: ImageFacts | undefined;
}

export interface FactOptions {
  /** GOMODCACHE; the environment's by default. null: there is none. */
  readonly moduleCache?: string | null;
  readonly machine?: Machine;
  readonly image?: ImageFacts;
  /** Asks the network: needs the machine. */
  readonly probe?: (machine: Machine, go: GoProject | undefined, text: Facts["text"]) => Promise<MachineProbes>;
}

export interface DockerfileFacts extends Dockerfile {
  readonly context: BuildContext;
  /** What builds it, as far as the repository says so. */
  readonly builds: readonly DockerBuild[];
}

const dockerfileName = /(^|\/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.[Dd]ockerfile$/;
/** What is about Dockerfiles, or becomes one. */
const noDockerfile = /\.(dockerignore|go|[jt]s|py|md|txt|tmpl|tpl|template|j2)$/;
/** Files that rules read whole. */
const readName =
  /(^|\/)(go\.(mod|sum|work)|modules\.txt|\.gitignore|\.dockerignore|[\w.-]+\.dockerignore|fairlead\.yaml|\.?goreleaser\.ya?ml|package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|\.npmrc|\.env(\.\w+)?|\.nvmrc|\.node-version)$/;
/** Examples and copies are not what a build of the project reads. */
const notOwn = /(^|\/)(vendor|testdata|node_modules|_[^/]*)(\/|$)/;
/** A report there is what a test reads. */
const ofATest = /(^|\/)(fixtures?|examples?)\//;
const mostDockerfiles = 100;

/** Reads a project's facts. Throws GoProjectError `unreadable` for a folder that can't be read. */
export async function readFacts(folder: string, options: FactOptions = {}): Promise<Facts> {
  return factsOf(await readProjectTree(resolve(folder)), options);
}

/** The same of files that may lie elsewhere than on disk. Tags and origin are those of the tree's root. */
export async function factsOf(tree: ProjectTree, options: FactOptions = {}): Promise<Facts> {
  const isOwn = (file: string): boolean => !notOwn.test(file);
  const dockerfiles = tree.files
    .filter((file) => dockerfileName.test(file) && !noDockerfile.test(file) && isOwn(file))
    .slice(0, mostDockerfiles);
  const names = [
    ...dockerfiles,
    ...tree.files.filter(
      (file) => (readName.test(file) && (isOwn(file) || file.endsWith("modules.txt"))) || isBuildFile(file),
    ),
  ];
  // Where there is no go.mod, what is told of it is told at a Go file.
  const firstGoFile = tree.files.find((file) => file.endsWith(".go") && isOwn(file));
  if (firstGoFile !== undefined && !tree.files.some((file) => /(^|\/)go\.mod$/.test(file))) names.push(firstGoFile);
  const [texts, go, git, ci] = await Promise.all([
    Promise.all(names.map(async (file) => [file, (await tree.read(file)) ?? ""] as const)),
    readGo(tree, options),
    readGitRefs(tree.root),
    readCi(tree.files, tree.read),
  ]);
  const folder = options.moduleCache === undefined ? moduleCacheOf(process.env) : options.moduleCache;
  const cache = typeof folder === "string" ? moduleCacheAt(folder) : undefined;
  const [known, drifts, moved] = await Promise.all([
    cache === undefined || go === undefined ? new Map<string, KnownModule>() : knownModules(go.modules, cache),
    cache === undefined || go === undefined ? [] : vendorDrifts(tree, go.modules, cache),
    cache === undefined || go === undefined || git === undefined ? [] : movedTags(tree.root, git, go.modules, cache),
  ]);
  const vendored = drifts.flatMap((drift) =>
    drift.vendored === undefined ? [] : [[drift.file, drift.vendored] as const],
  );
  const coverage = await readCoverage(tree, go, (file) => isOwn(file) && !ofATest.test(file));
  const read = new Map([
    ...texts,
    ...coverage.map((report) => [report.file, report.text] as const),
    ...vendored,
    ...ci.flatMap(({ files }) => files).map(({ file, text }) => [file, text] as const),
  ]);
  const text = (file: string): string | undefined => read.get(file);
  const builds = dockerBuilds(tree.files, text, ci);
  return {
    files: tree.files,
    has: tree.has,
    text,
    go,
    git,
    ci,
    coverage,
    npm: readNpmProjects(tree.files, text),
    builds,
    known,
    drifts,
    movedTags: moved,
    machine: options.machine,
    image: options.image,
    probes: options.machine === undefined ? undefined : await options.probe?.(options.machine, go, text),
    dockerfiles: dockerfiles.map((file) => {
      const own = builds.filter(({ dockerfile }) => dockerfile === file);
      const parsed = parseDockerfile(file, text(file) ?? "", targetOf(own));
      return { ...parsed, builds: own, context: buildContext(parsed, tree, text, own[0]?.context) };
    }),
  };
}

/** The stage that all builds ask for; undefined where they don't agree, or ask for none. */
function targetOf(builds: readonly DockerBuild[]): string | undefined {
  const [first, ...others] = builds.map(({ target }) => target);
  return others.every((each) => each === first) ? first : undefined;
}

async function readGo(tree: ProjectTree, options: FactOptions): Promise<GoProject | undefined> {
  try {
    return await goProjectOf(tree, options);
  } catch (error) {
    // No module, or a broken one: rules about go.mod say so by themselves.
    if (error instanceof GoProjectError) return undefined;
    throw error;
  }
}
