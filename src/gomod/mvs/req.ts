/**
 * The shortest list of requirements that gives a build list (https://research.swtch.com/vgo-mvs#algorithm_r;
 * cmd/go/internal/mvs, Req): what a go.mod needs to say where the rest follows.
 */
import { compareBytewise } from "../utf8.ts";
import type { ModuleVersion } from "../version.ts";
import { buildList } from "./buildList.ts";
import { keyOf, type Reqs } from "./reqs.ts";

/**
 * The requirements that `main` must have for the build list that it has, sorted by path: those of the paths in `base` in
 * any case, others only if no other requirement implies them.
 *
 * @throws BuildListError; what `reqs.required` throws.
 */
export async function req(main: ModuleVersion, base: readonly string[], reqs: Reqs): Promise<ModuleVersion[]> {
  const list = await buildList([main], reqs);
  const selected = new Map(list.map(({ path, version }) => [path, version]));
  const { order, requiredBy } = await postorder(main, list, reqs);

  const implied = new Set<string>();
  const imply = (module: ModuleVersion): void => {
    const stack = [module];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const key = keyOf(at);
      if (implied.has(key)) continue;
      implied.add(key);
      stack.push(...(requiredBy.get(key) ?? []));
    }
  };

  const minimal: ModuleVersion[] = [];
  const keep = (module: ModuleVersion): void => {
    minimal.push(module);
    imply(module);
  };
  for (const path of new Set(base)) keep({ path, version: selected.get(path) ?? "" });
  for (const module of order.toReversed()) {
    if (selected.get(module.path) === module.version && !implied.has(keyOf(module))) keep(module);
  }
  return minimal.sort((a, b) => compareBytewise(a.path, b.path));
}

interface Postorder {
  /** All that is reachable but `main`, each after what it requires. */
  readonly order: readonly ModuleVersion[];
  readonly requiredBy: ReadonlyMap<string, readonly ModuleVersion[]>;
}

/** Goes through the graph with a stack of its own: nobody knows how deep it is. */
async function postorder(main: ModuleVersion, starts: readonly ModuleVersion[], reqs: Reqs): Promise<Postorder> {
  const order: ModuleVersion[] = [];
  const requiredBy = new Map<string, readonly ModuleVersion[]>([[keyOf(main), []]]);
  const stack: { readonly module: ModuleVersion; readonly required: readonly ModuleVersion[]; next: number }[] = [];
  const enter = async (module: ModuleVersion): Promise<void> => {
    const key = keyOf(module);
    if (requiredBy.has(key)) return;
    const required = await reqs.required(module);
    requiredBy.set(key, required);
    stack.push({ module, required, next: 0 });
  };
  for (const start of starts) {
    await enter(start);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const requirement = frame.required[frame.next++];
      if (requirement !== undefined) {
        await enter(requirement);
        continue;
      }
      order.push(frame.module);
      stack.pop();
    }
  }
  return { order, requiredBy };
}
