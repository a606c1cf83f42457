/**
 * No two paths of a module zip may be equal but for their case, and none may be both a file and a folder: on Windows and
 * macOS one would overwrite the other, and the module would be another one there (golang.org/x/mod/zip, collisionChecker).
 */
import { ModuleError } from "../error.ts";
import { quote } from "../quote.ts";
import { fold } from "../unicode.ts";

interface PathInfo {
  readonly path: string;
  readonly isDir: boolean;
  /** It and all folders above it were found to be in order. */
  settled: boolean;
}

/** Several times what the largest modules have. */
const maxPaths = 500_000;

/** In UTF-16 units. Linux opens no longer path, so no go command could unpack one; and their prefixes are costly to compare. */
const maxPathLength = 4096;

/** Remembers paths, and tells what is wrong with the next. */
export class CollisionChecker {
  readonly #byFold = new Map<string, PathInfo>();

  /**
   * Adds a clean path and all folders above it. Gives Go's words for what it collides with, or `undefined`.
   *
   * @throws ModuleError `suspectZip` if it is too long, or there are too many.
   */
  check(path: string, isDir: boolean): string | undefined {
    if (path.length > maxPathLength) {
      throw new ModuleError("suspectZip", `zip holds a path of more than ${maxPathLength} characters`);
    }
    const added: PathInfo[] = [];
    let folded = foldPath(path);
    let info: PathInfo = { path, isDir, settled: false };
    for (;;) {
      const known = this.#byFold.get(folded);
      const fault = known && collision(known, info);
      if (fault !== undefined) return fault;
      if (known === undefined) this.#add(folded, info);
      if (known?.settled === true) break;
      added.push(known ?? info);
      const slash = info.path.lastIndexOf("/");
      if (slash < 0) break;
      info = { path: info.path.slice(0, slash), isDir: true, settled: false };
      folded = folded.slice(0, folded.lastIndexOf("/"));
    }
    for (const each of added) each.settled = true;
    return undefined;
  }

  #add(folded: string, info: PathInfo): void {
    if (this.#byFold.size >= maxPaths) {
      throw new ModuleError("suspectZip", `zip holds more than ${maxPaths} files and folders`);
    }
    this.#byFold.set(folded, info);
  }
}

function collision(known: PathInfo, next: PathInfo): string | undefined {
  if (known.path !== next.path)
    return `case-insensitive file name collision: ${quote(known.path)} and ${quote(next.path)}`;
  if (known.isDir !== next.isDir) return `entry ${quote(next.path)} is both a file and a directory`;
  return next.isDir ? undefined : `multiple entries for file ${quote(next.path)}`;
}

/** Equal for two paths exactly when they differ only in case. */
function foldPath(path: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII but capital letters
  if (/^[\0-@[-\x7f]*$/.test(path)) return path;
  let folded = "";
  for (const character of path) folded += String.fromCodePoint(fold(character.codePointAt(0) ?? 0));
  return folded;
}
