/** What stands at a path of nested plain objects; undefined where the path leads nowhere. */
export function valueAt(tree: unknown, path: readonly PropertyKey[]): unknown {
  let value = tree;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** Puts a value at a path, making the objects on the way. The keys must be our own, never a file's (`__proto__`). */
export function setAt(tree: object, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    Reflect.set(tree, key, value);
    return;
  }
  const inner: unknown = Reflect.get(tree, key);
  const next = typeof inner === "object" && inner !== null ? inner : {};
  Reflect.set(tree, key, next);
  setAt(next, rest, value);
}

/** Takes away what stands at a path; a list closes up. */
export function deleteAt(tree: unknown, path: readonly PropertyKey[]): void {
  const key = path.at(-1);
  const holder = valueAt(tree, path.slice(0, -1));
  if (key === undefined || typeof holder !== "object" || holder === null) return;
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

/** Every value below a path that is no map, with its place; a list of plain values counts as one. */
export function leavesOf(tree: unknown, path: readonly string[]): { path: readonly string[]; value: unknown }[] {
  if (tree === undefined) return [];
  const isPlain = typeof tree !== "object" || tree === null;
  if (isPlain || (Array.isArray(tree) && tree.every((item) => typeof item !== "object")))
    return [{ path, value: tree }];
  return Object.entries(tree).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}
