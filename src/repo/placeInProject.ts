import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

interface Place {
  /** Absolute. */
  readonly root: string;
  /** From there, `/`-separated. */
  readonly file: string;
}

/**
 * Which project a file belongs to: the folder around it that is a repository, else the working folder if it is in there, else
 * its own. The file itself need not be there.
 */
export function placeInProject(file: string, cwd: string): Place {
  const whole = resolve(cwd, file);
  const own = dirname(whole);
  let root = own;
  while (!existsSync(join(root, ".git")) && dirname(root) !== root) root = dirname(root);
  if (!existsSync(join(root, ".git"))) root = whole.startsWith(resolve(cwd) + sep) ? resolve(cwd) : own;
  return { root, file: relative(root, whole).split(sep).join("/") };
}
