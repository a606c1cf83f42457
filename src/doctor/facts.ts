// What rules look at: read once, before any rule, so that every rule is a plain function of it.

import { resolve } from "node:path";
import type { CiPipeline } from "../repo/ci/ciFile.ts";
import { readCi } from "../repo/ci/readCi.ts";
import { type DockerBuild, dockerBuilds, isBuildFile } from "../repo/dockerBuilds.ts";
import { type Dockerfile, parseDockerfile } from "../repo/dockerfile/dockerfile.ts";
import { type GitRefs, readGitRefs } from "../repo/gitRefs.ts";
import { type GoProject, goProjectOf } from "../repo/goProject.ts";
import { GoProjectError } from "../repo/goProjectError.ts";
import { type ProjectTree, readProjectTree } from "../repo/projectTree.ts";
import { type BuildContext, buildContext } from "./buildContext.ts";

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
  /** What is built from where, as far as the repository says so. */
  readonly builds: readonly DockerBuild[];
}

/** Stands for the shell's environment where a finding needs a place. */
export const environmentFile = "the environment";

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
  /(^|\/)(go\.(mod|sum|work)|modules\.txt|\.gitignore|\.dockerignore|[\w.-]+\.dockerignore|fairlead\.yaml|package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|\.npmrc|\.nvmrc|\.node-version)$/;
/** Examples and copies are not what a build of the project reads. */
const notOwn = /(^|\/)(vendor|testdata|node_modules|_[^/]*)(\/|$)/;
const mostDockerfiles = 100;

/** Reads a project's facts. Throws GoProjectError `unreadable` for a folder that can't be read. */
export async function readFacts(folder: string): Promise<Facts> {
  return factsOf(await readProjectTree(resolve(folder)));
}

/** The same of files that may lie elsewhere than on disk. Tags and origin are those of the tree's root. */
export async function factsOf(tree: ProjectTree): Promise<Facts> {
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
    readGo(tree),
    readGitRefs(tree.root),
    readCi(tree.files, tree.read),
  ]);
  const known = new Map([...texts, ...ci.flatMap(({ files }) => files).map(({ file, text }) => [file, text] as const)]);
  const text = (file: string): string | undefined => known.get(file);
  const builds = dockerBuilds(tree.files, text, ci);
  return {
    files: tree.files,
    has: tree.has,
    text,
    go,
    git,
    ci,
    builds,
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

async function readGo(tree: ProjectTree): Promise<GoProject | undefined> {
  try {
    return await goProjectOf(tree);
  } catch (error) {
    // No module, or a broken one: rules about go.mod say so by themselves.
    if (error instanceof GoProjectError) return undefined;
    throw error;
  }
}
