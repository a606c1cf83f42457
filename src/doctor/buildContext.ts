// What a build is sent, and what its .dockerignore keeps from it.

import type { Dockerfile } from "../repo/dockerfile/dockerfile.ts";
import type { ShellCommand } from "../repo/dockerfile/shell.ts";
import { isOpen } from "../repo/dockerfile/variables.ts";
import { ignoreMatcher } from "../repo/ignorePattern.ts";
import type { ProjectTree } from "../repo/projectTree.ts";

export interface BuildContext {
  /** From the project's root, without a slash at its end; empty for the root. */
  readonly folder: string;
  /** Whether anything tells so: a build, files that are copied or named in a RUN. Else it is taken to be the root. */
  readonly isTold: boolean;
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
  const { folder, isTold } =
    named === undefined ? contextFolder(dockerfile, all, text) : { folder: named, isTold: true };
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
    isTold,
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

/** What a program reads in the folder in which it is started. */
const readBy: Readonly<Record<string, string>> = {
  go: "go.mod",
  make: "Makefile",
  npm: "package.json",
  yarn: "package.json",
  pnpm: "package.json",
  gradle: "build.gradle",
  mvn: "pom.xml",
};

/**
 * Where `docker build` is started is often not written down: the root, or the Dockerfile's own folder. Whichever has more of what is
 * copied by name, and of what commands look for, is taken; where both do, the folder of a module, and else the root.
 */
function contextFolder(
  { file, stages }: Dockerfile,
  all: readonly string[],
  text: (file: string) => string | undefined,
): { readonly folder: string; readonly isTold: boolean } {
  const own = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
  if (own === "") return { folder: "", isTold: true };
  const sources = stages.flatMap(({ instructions }) =>
    instructions.flatMap(({ copy }) => (copy === undefined || copy.from !== undefined ? [] : copy.sources)),
  );
  const words = stages.flatMap(({ instructions }) =>
    // In a folder of its own within the image, a name is another's.
    instructions.flatMap(({ commands, workdir }) => (workdir.endsWith(`/${own}`) ? [] : commands.flatMap(lookedFor))),
  );
  const named = [...sources, ...words]
    .map((source) => source.replace(/^(\.?\/)+|\/+$/g, ""))
    .filter((source) => source !== "" && source !== "." && !isOpen(source) && !/[*?[]/.test(source));
  const found = (folder: string): number =>
    named.filter((source) => {
      const path = folder === "" ? source : `${folder}/${source}`;
      return all.some((each) => each === path || each.startsWith(`${path}/`));
    }).length;
  const [inOwn, inRoot] = [found(own), found("")];
  // What is a module by itself is built by itself, where nothing tells otherwise: neither a build nor a replacement above it.
  const isModule = all.includes(`${own}/go.mod`) && !/=>\s*\.\.\//.test(text(`${own}/go.mod`) ?? "");
  return {
    folder: inOwn > inRoot || (inOwn === inRoot && inOwn > 0 && isModule) ? own : "",
    isTold: inOwn > 0 || inRoot > 0,
  };
}

/** The Go files and scripts that a command names, or what its program reads by itself. */
function lookedFor({ name, args }: ShellCommand): readonly string[] {
  const words = args.map(({ text }) => text);
  const files = words.filter((word) => /^[\w.-]+\.(go|txt|json|sh|py)$/.test(word));
  const script = name.startsWith("./") ? [name.slice(2)] : [];
  const read = readBy[name] ?? (name === "./gradlew" ? "gradlew" : undefined);
  const isOutside = words.some((word) => word.includes("@") || word === "-C" || word === "-g" || word === "--global");
  return [...files, ...script, ...(read === undefined || files.length > 0 || isOutside ? [] : [read])];
}
