/**
 * Going back to older versions (https://research.swtch.com/vgo-mvs#algorithm_4; cmd/go/internal/mvs, Downgrade): what needs
 * a newer version than asked for goes back too, to the version before, and the one before that, until it fits or leaves.
 * Nothing goes up or comes in by it.
 */
import type { ModuleVersion } from "../version.ts";
import { buildList } from "./buildList.ts";
import { type DowngradeReqs, keyOf, override } from "./reqs.ts";

/**
 * The build list of `target` when none of `downgrades` is above the given version (`none` drops a module).
 *
 * @throws BuildListError; what `reqs.previous` throws.
 */
export async function downgrade(
  target: ModuleVersion,
  reqs: DowngradeReqs,
  ...downgrades: readonly ModuleVersion[]
): Promise<ModuleVersion[]> {
  const list = (await buildList([target], reqs)).slice(1);
  const limits = new Map(list.map(({ path, version }) => [path, version]));
  for (const { path, version } of downgrades) {
    const limit = limits.get(path);
    if (limit === undefined || reqs.max(path, limit, version) !== version) limits.set(path, version);
  }

  const exclusion = new Exclusion(reqs, limits);
  const downgraded: ModuleVersion[] = [target];
  for (const module of list) {
    const fit = await highestThatFits(module, reqs, limits, exclusion);
    if (fit !== undefined) downgraded.push(fit);
  }

  // reqs.previous knows only released versions. Where another module requires an unreleased one in between, that is
  // selected, and what only the released one needed must not come in: so select once, and again from what was selected.
  const actual = await buildList([target], override(target, downgraded, reqs));
  const versions = new Map(actual.map(({ path, version }) => [path, version]));
  const final = list.flatMap(({ path }) => {
    const version = versions.get(path);
    return version === undefined ? [] : [{ path, version }];
  });
  return buildList([target], override(target, final, reqs));
}

async function highestThatFits(
  module: ModuleVersion,
  reqs: DowngradeReqs,
  limits: ReadonlyMap<string, string>,
  exclusion: Exclusion,
): Promise<ModuleVersion | undefined> {
  let candidate = module;
  await exclusion.add(candidate);
  while (exclusion.excludes(candidate)) {
    const { path } = candidate;
    let { version } = await reqs.previous(candidate);
    // A limit that is no released version, a pseudo-version, is skipped by reqs.previous. It comes in its place.
    const limit = limits.get(path);
    if (
      limit !== undefined &&
      reqs.max(path, limit, candidate.version) !== limit &&
      reqs.max(path, version, limit) !== version
    ) {
      version = limit;
    }
    if (version === "none") return undefined;
    candidate = { path, version };
    await exclusion.add(candidate);
  }
  return candidate;
}

/** Which module versions need something above a limit, by whatever chain of requirements. */
class Exclusion {
  readonly #reqs: DowngradeReqs;
  readonly #limits: ReadonlyMap<string, string>;
  readonly #added = new Set<string>();
  readonly #excluded = new Set<string>();
  readonly #requiredBy = new Map<string, string[]>();

  constructor(reqs: DowngradeReqs, limits: ReadonlyMap<string, string>) {
    this.#reqs = reqs;
    this.#limits = limits;
  }

  excludes(module: ModuleVersion): boolean {
    return this.#excluded.has(keyOf(module));
  }

  /** Looks at `module` and at everything that it requires. */
  async add(module: ModuleVersion): Promise<void> {
    const key = keyOf(module);
    if (this.#added.has(key)) return;
    this.#added.add(key);
    const limit = this.#limits.get(module.path);
    if (limit !== undefined && this.#reqs.max(module.path, module.version, limit) !== limit) {
      this.#exclude(key);
      return;
    }
    let required: readonly ModuleVersion[];
    try {
      required = await this.#reqs.required(module);
    } catch {
      // A version whose go.mod can't be had, perhaps from before modules, is none to go back to. Go does the same.
      this.#exclude(key);
      return;
    }
    for (const requirement of required) {
      await this.add(requirement);
      if (this.excludes(requirement)) {
        this.#exclude(key);
        return;
      }
      // Still unknown where requirements go in a circle: then the exclusion comes back later.
      const users = this.#requiredBy.get(keyOf(requirement));
      if (users === undefined) this.#requiredBy.set(keyOf(requirement), [key]);
      else users.push(key);
    }
  }

  #exclude(key: string): void {
    const stack = [key];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#excluded.has(at)) continue;
      this.#excluded.add(at);
      stack.push(...(this.#requiredBy.get(at) ?? []));
    }
  }
}
