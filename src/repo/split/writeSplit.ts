/** The repositories of a split on disk, each with its commit and its tags. The old repository is read and left as it is. */
import { chmod, mkdir, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { max } from "../../gomod/gover.ts";
import { type GitOptions, runGit } from "../gitCommand.ts";
import { folderOf } from "../goPackages.ts";
import type { GoProject } from "../goProject.ts";
import { isWithin } from "../pathWithin.ts";
import { bytesOf, type FileSet } from "./fileSet.ts";
import { newGoWork } from "./newGoWork.ts";
import type { SplitPlan } from "./planSplit.ts";
import { SplitError } from "./splitError.ts";

export interface WrittenRepository {
  /** Absolute. */
  readonly folder: string;
  /** In the order of their release. */
  readonly tags: readonly string[];
}

/** Nothing of the user's settings may change the bytes, or ask for a passphrase. */
const settings = ["core.autocrlf=false", "core.safecrlf=false", "commit.gpgsign=false", "tag.gpgsign=false"];

/**
 * @param target A folder that is not there, or is empty, and not in the old repository.
 * @param isInGit The old repository is git's, and its files are those of its commit: its history is kept.
 * @returns The repositories, those that are made first.
 * @throws SplitError `unwritable`; GitError
 */
export async function writeSplit(
  plan: SplitPlan,
  project: GoProject,
  target: string,
  isInGit: boolean,
): Promise<readonly WrittenRepository[]> {
  await checkTarget(target, project.dir);
  const written: WrittenRepository[] = [];
  const message = `Split ${plan.made.map(({ path }) => path).join(", ")} out of ${plan.module.path}`;
  for (const { name, module, files } of plan.repositories) {
    const folder = join(target, name);
    await mkdir(folder, { recursive: true });
    await writeAll(folder, files, project);
    await git(["init", "--quiet", "--initial-branch=main"], { folder });
    await commit(folder, `${module.path} ${module.version}, out of ${plan.module.path}`);
    written.push({ folder, tags: await tag(folder, [module.tag]) });
  }
  const folder = join(target, oldName(plan, project));
  await mkdir(target, { recursive: true });
  if (isInGit) {
    await git(["clone", "--quiet", "--no-hardlinks", "--", project.dir, folder], { folder: target, mayReadDisk: true });
    // A push from here would go to the folder that it was made of.
    await git(["remote", "remove", "origin"], { folder });
  } else {
    const all = project.tree.files.map((file) => [file, { kind: "kept" as const, from: file }] as const);
    await writeAll(folder, new Map(all), project);
    await git(["init", "--quiet", "--initial-branch=main"], { folder });
    await commit(folder, `${basename(project.dir)} before the split`);
  }
  for (const file of plan.removed) await removeFile(folder, file);
  await writeAll(folder, new Map(plan.texts.map(({ path, text }) => [path, { kind: "text", text }])), project);
  await commit(folder, message);
  const ownTags = plan.changed.filter(({ after }) => after.made === undefined || plan.into === "modules");
  written.push({
    folder,
    tags: await tag(
      folder,
      ownTags.flatMap(({ after }) => after.tag ?? []),
    ),
  });
  await writeWorkspace(plan, project, target, folder);
  return written;
}

async function checkTarget(target: string, source: string): Promise<void> {
  if (isWithin(source, target))
    throw new SplitError("unwritable", `${target} lies in the repository that is split: give a folder outside of it`);
  const found = await readdir(target).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw new SplitError("unwritable", `${target} can't be read as a folder: ${reasonOf(error)}`, { cause: error });
  });
  if (found.length > 0)
    throw new SplitError(
      "unwritable",
      `${target} is not empty (${found[0] ?? ""}): nothing was written; give a new folder`,
    );
}

/** The old repository keeps its name, but where a new one has it. */
function oldName({ repositories }: SplitPlan, { dir }: GoProject): string {
  const name = basename(dir) || "old";
  return repositories.some((each) => each.name === name) ? `${name}-old` : name;
}

async function writeAll(folder: string, files: FileSet, project: GoProject): Promise<void> {
  for (const [path, content] of files) {
    const file = join(folder, path);
    const bytes = await bytesOf(content, project.tree);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
      const isExecutable = content.kind === "kept" && project.tree.isExecutable(content.from) === true;
      if (isExecutable) await chmod(file, 0o755);
    } catch (error) {
      throw new SplitError("unwritable", `writing ${file} failed: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** With the folders that it leaves empty, as git does. */
async function removeFile(root: string, file: string): Promise<void> {
  await rm(join(root, file), { force: true });
  for (let folder = folderOf(file); folder !== "."; folder = folderOf(folder)) {
    const isGone = await rmdir(join(root, folder)).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}

async function commit(folder: string, message: string): Promise<void> {
  await git(["add", "--all", "--force"], { folder });
  await git(["commit", "--quiet", "--allow-empty", "--message", message], { folder });
}

async function tag(folder: string, tags: readonly string[]): Promise<readonly string[]> {
  for (const name of tags) await git(["tag", "--", name], { folder });
  return tags;
}

async function git(args: readonly string[], options: Pick<GitOptions, "folder" | "mayReadDisk">): Promise<void> {
  const { status, stderr } = await runGit(args, { ...options, settings });
  if (status === 0) return;
  const identity = /tell me who you are|empty ident/i.test(stderr)
    ? "\ngit needs a name for commits: git config --global user.name NAME; git config --global user.email ADDRESS"
    : "";
  throw new SplitError("unwritable", `git ${args[0] ?? ""} in ${options.folder} failed: ${stderr.trim()}${identity}`);
}

/** All of it together builds before anything is published. */
async function writeWorkspace(plan: SplitPlan, project: GoProject, target: string, old: string): Promise<void> {
  const made = plan.made.map(({ path, version, name, dir }) => ({
    path,
    version,
    dir: plan.into === "repositories" ? name : relative(target, join(old, dir)),
  }));
  const left = project.modules.map(({ path, dir }) => ({
    path,
    version: plan.changed.find(({ after }) => after.made === undefined && after.path === path)?.after.version,
    dir: relative(target, join(old, dir)),
  }));
  const go = project.modules.flatMap(({ go }) => go ?? []).reduce(max, "1.18");
  await writeFile(join(target, "go.work"), newGoWork(undefined, go, [...made, ...left]));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
