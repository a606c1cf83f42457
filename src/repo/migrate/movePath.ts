/** The path in its new place; undefined where it does not move. */
export type MovePath = (path: string) => string | undefined;

/** Moves a path and all below it: `/v2` behind a module's path, its packages, and modules in its folders. */
export function movePath(from: string, to: string): MovePath {
  return (path) => (path === from ? to : path.startsWith(`${from}/`) ? to + path.slice(from.length) : undefined);
}
