// Which line of a .dockerignore hides a path.

import { ignoreMatcher } from "../../repo/ignorePattern.ts";
import { hasFolder, type Project } from "./project.ts";
import type { Change, Evidence } from "./symptom.ts";

export interface Hidden {
  readonly evidence: Evidence;
  /** What takes it back. */
  readonly change: Change;
}

/** undefined: nothing hides it, or it isn't there at all. */
export async function hiddenBy(project: Project, path: string): Promise<Hidden | undefined> {
  const isThere = project.tree.has(path) || hasFolder(project, path) || path === ".git";
  if (!isThere) return undefined;
  // A Dockerfile may have an ignore file of its own, which then counts alone; which one was built is not known here.
  for (const file of project.tree.files.filter((each) => /(^|\/)(?:[\w.-]+)?\.dockerignore$/.test(each))) {
    const lines = await project.lines(file);
    const rules = lines.flatMap((line, index) => {
      const pattern = line.trim();
      return pattern === "" || pattern.startsWith("#") ? [] : [{ pattern, index }];
    });
    const patterns = rules.map(({ pattern }) => pattern);
    if (!isHidden(patterns, path, project)) continue;
    const alone = rules.findLast(
      (rule) =>
        !isHidden(
          patterns.filter((each) => each !== rule.pattern),
          path,
          project,
        ),
    );
    const rule = alone ?? rules.find(({ pattern }) => isHidden([pattern], path, project));
    if (rule === undefined) continue;
    const line = rule.index + 1;
    const evidence = { file, line, text: rule.pattern, says: `hides ${path} from the build` };
    const isExact = rule.pattern.replace(/^\/|\/$/g, "") === path;
    const change = isExact
      ? { file, line, before: [rule.pattern], after: [] }
      : { file, line: lines.length, before: [], after: [`!${path}`] };
    return { evidence, change };
  }
  return undefined;
}

/** A folder is hidden if what is in it is. */
function isHidden(patterns: readonly string[], path: string, { tree }: Project): boolean {
  const ignores = ignoreMatcher(patterns);
  const inside = tree.files.filter((file) => file.startsWith(`${path}/`));
  return inside.length > 0 && !tree.has(path) ? inside.every(ignores) : ignores(path);
}
