// What a build is sent, and what its .dockerignore keeps from it.

import type { Dockerfile } from "../repo/dockerfile/dockerfile.ts";
import { isOpen } from "../repo/dockerfile/variables.ts";
import { ignoreMatcher } from "../repo/ignorePattern.ts";
import type { ProjectTree } from "../repo/projectTree.ts";

export interface BuildContext {
  /** From the project's root, without a slash at its end; empty for the root. */
  readonly folder: string;
  /** Of the project's files, those in the context's folder, from there. Hidden ones too. */
  readonly files: readonly string[];
  /** Folders of tools that are there and not among the files: `.git`, `node_modules`. From the context's folder. */
  readonly toolFolders: readonly string[];
  /** In bytes. */
  readonly sizeOf: (path: string) => number | undefined;
  /** Whether its owner may run it. */
  readonly isExecutable: (path: string) => boolean | undefined;
  readonly ignoreFile: string | undefined;
  /** The line of the ignore file that hides a path of the context; undefined for what is sent. */
  readonly hiddenBy: (path: string) => HidingLine | undefined;
  /** The files that a COPY source takes, hidden ones left out. */
  readonly matches: (source: string) => readonly string[];
}

export interface HidingLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export function buildContext(
  dockerfile: Dockerfile,
  {
    files: all,
    passedOver,
    sizeOf,
    isExecutable,
  }: Pick<ProjectTree, "files" | "passedOver" | "sizeOf" | "isExecutable">,
  text: (file: string) => string | undefined,
  /** The folder that a build names. */
  named?: string,
): BuildContext {
  const folder = named ?? contextFolder(dockerfile, all);
  const prefix = folder === "" ? "" : `${folder}/`;
  const within = (paths: readonly string[]): readonly string[] =>
    paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  const files = within(all);
  // A Dockerfile's own ignore file counts alone.
  const ignoreFile = [`${dockerfile.file}.dockerignore`, `${prefix}.dockerignore`].find(
    (file) => text(file) !== undefined,
  );
  const lines = readLines(ignoreFile === undefined ? "" : (text(ignoreFile) ?? ""));
  const hides = ignoreMatcher(lines.map(({ pattern }) => pattern));
  const hiddenBy = (path: string): HidingLine | undefined => {
    if (ignoreFile === undefined || !hides(path)) return undefined;
    // The last line that hides it alone; where only several together do, the last of all.
    const line = lines.findLast(({ pattern }) => ignoreMatcher([pattern])(path)) ?? lines.at(-1);
    return line === undefined ? undefined : { file: ignoreFile, line: line.number, text: line.pattern };
  };
  return {
    folder,
    files,
    toolFolders: within(passedOver),
    sizeOf: (path) => sizeOf(`${prefix}${path}`),
    isExecutable: (path) => isExecutable(`${prefix}${path}`),
    ignoreFile,
    hiddenBy,
    matches: (source) => files.filter((file) => takes(source, file) && !hides(file)),
  };
}

interface IgnoreLine {
  readonly pattern: string;
  readonly number: number;
}

function readLines(text: string): readonly IgnoreLine[] {
  return text.split("\n").flatMap((line, index) => {
    const pattern = line.trim();
    return pattern === "" || pattern.startsWith("#") ? [] : [{ pattern, number: index + 1 }];
  });
}

/** Whether a COPY source takes a file: the file itself, a folder that it is in, or a pattern for either. */
function takes(source: string, file: string): boolean {
  const clean = source.replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
  if (clean === "" || clean === ".") return true;
  if (file === clean || file.startsWith(`${clean}/`)) return true;
  if (!/[*?[]/.test(clean)) return false;
  const pattern = new RegExp(
    `^${clean
      .replaceAll(/[.+^${}()|\\]/g, String.raw`\$&`)
      .replaceAll("*", "[^/]*")
      .replaceAll("?", "[^/]")}(/|$)`,
  );
  return pattern.test(file);
}

/**
 * Where `docker build` is started is often not written down: the root, or the Dockerfile's own folder. Whichever has more of what is
 * copied by name is taken; the root where both do.
 */
function contextFolder({ file, stages }: Dockerfile, all: readonly string[]): string {
  const own = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
  if (own === "") return "";
  const sources = stages.flatMap(({ instructions }) =>
    instructions.flatMap(({ copy }) => (copy === undefined || copy.from !== undefined ? [] : copy.sources)),
  );
  const named = sources
    .map((source) => source.replace(/^(\.?\/)+|\/+$/g, ""))
    .filter((source) => source !== "" && source !== "." && !isOpen(source) && !/[*?[]/.test(source));
  const found = (folder: string): number =>
    named.filter((source) => {
      const path = folder === "" ? source : `${folder}/${source}`;
      return all.some((each) => each === path || each.startsWith(`${path}/`));
    }).length;
  return found(own) > found("") ? own : "";
}
