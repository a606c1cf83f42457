// What is asked of a project. Each answer is read when it is asked for, once.

import { once } from "../../repo/once.ts";
import type { ProjectTree } from "../../repo/projectTree.ts";
import { type Dockerfile, readDockerfile } from "./dockerfile.ts";
import { type GoMod, readGoMod } from "./goMod.ts";

export interface Project {
  readonly tree: Pick<ProjectTree, "files" | "has" | "read">;
  /** The lines of a file; none if it isn't there. */
  readonly lines: (file: string) => Promise<readonly string[]>;
  /** By depth: the root's first. What can't be understood is left out. */
  readonly goMods: () => Promise<readonly GoMod[]>;
  readonly dockerfiles: () => Promise<readonly Dockerfile[]>;
}

/** Examples and copies are not what a build of the project reads. */
const notOwn = /(^|\/)(vendor|testdata|node_modules|_[^/]*)(\/|$)/;
const mostRead = 50;

export function readProject(tree: Project["tree"]): Project {
  const texts = new Map<string, Promise<readonly string[]>>();
  const lines = (file: string): Promise<readonly string[]> => {
    const known = texts.get(file) ?? tree.read(file).then((text) => (text ?? "").split(/\r?\n/));
    texts.set(file, known);
    return known;
  };
  const named = (name: RegExp): readonly string[] => {
    const found = tree.files.filter((file) => name.test(file) && !notOwn.test(file));
    return found.sort((a, b) => depth(a) - depth(b)).slice(0, mostRead);
  };
  const goMods = once(async () => {
    const read = await Promise.all(
      named(/(^|\/)go\.mod$/).map(async (file) => readGoMod(file, (await tree.read(file)) ?? "")),
    );
    return read.flatMap((each) => each ?? []);
  });
  const dockerfiles = once(async () =>
    Promise.all(
      named(/(^|\/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.Dockerfile$/i)
        .filter((file) => !file.endsWith(".dockerignore"))
        .map(async (file) => readDockerfile(file, (await tree.read(file)) ?? "")),
    ),
  );
  return { tree, lines, goMods, dockerfiles };
}

/** A path as a tool printed it, from wherever it ran: the file of the project that ends so. */
export function projectFile({ tree }: Project, printed: string): string | undefined {
  const parts = printed.split("/").filter((part) => part !== "." && part !== ".." && part !== "");
  for (let from = 0; from < parts.length; from++) {
    const path = parts.slice(from).join("/");
    if (tree.has(path)) return path;
  }
  return undefined;
}

/** Whether there is such a folder, by its files. */
export function hasFolder({ tree }: Project, folder: string): boolean {
  return folder === "." || tree.files.some((file) => file.startsWith(`${folder}/`));
}

function depth(file: string): number {
  return file.split("/").length;
}
