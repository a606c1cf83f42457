/**
 * What minimal version selection asks about modules. It comes from outside: a proxy, a module cache, a test's table.
 *
 * Versions are opaque but for `none`, which stands for "not in the build" and is below every other; by convention the
 * version of the target, the module that is built, is empty and above every other (cmd/go/internal/mvs).
 */
import type { ModuleVersion } from "../version.ts";

/** A requirement graph. Answers may be immediate or promised; several are awaited at once. */
export interface Reqs {
  /**
   * The modules that `module` requires by its own go.mod. Not asked for `none`. Rejects or throws if they can't be told; the
   * error comes back as the cause of a {@link BuildListError}.
   */
  required(module: ModuleVersion): readonly ModuleVersion[] | Promise<readonly ModuleVersion[]>;
  /** The higher of two versions of the module `path`, one of the two. `max(path, v, "none")` is `v`. */
  max(path: string, v1: string, v2: string): string;
}

/** A requirement graph that knows of newer versions. */
export interface UpgradeReqs extends Reqs {
  /**
   * What to upgrade `module` to; itself to leave it. Its version may be `none`. Rejects or throws if there is no version at
   * all.
   */
  upgrade(module: ModuleVersion): ModuleVersion | Promise<ModuleVersion>;
}

/** A requirement graph that knows of older versions. */
export interface DowngradeReqs extends Reqs {
  /** The version right before that of `module`, or `none`. */
  previous(module: ModuleVersion): ModuleVersion | Promise<ModuleVersion>;
}

/** {@link Reqs.max} as an order. */
export function compareBy(reqs: Reqs): (path: string, v1: string, v2: string) => number {
  return (path, v1, v2) => {
    if (reqs.max(path, v1, v2) !== v1) return -1;
    return reqs.max(path, v2, v1) === v2 ? 0 : 1;
  };
}

/** The same graph, but that `target` requires `list`. */
export function override(target: ModuleVersion, list: readonly ModuleVersion[], reqs: Reqs): Reqs {
  return {
    required: (module) => (isSame(module, target) ? list : reqs.required(module)),
    max: (path, v1, v2) => reqs.max(path, v1, v2),
  };
}

export function isSame(a: ModuleVersion, b: ModuleVersion): boolean {
  return a.path === b.path && a.version === b.version;
}

/** A module version as the key of a map. */
export function keyOf({ path, version }: ModuleVersion): string {
  return `${path}\0${version}`;
}
