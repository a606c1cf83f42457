// Whether a step came from the cache, and if not, why not. BuildKit never says why: it follows from what ran before it.

import type { BuildLog, Step } from "./buildLog.ts";
import { shortName } from "./stepName.ts";

export interface CacheVerdict {
  /**
   * - hit: from the cache
   * - always: such a step runs in every build
   * - present: a base image that was here already
   * - pulled: a base image that was not
   * - first: nothing of this build was cached
   * - follows: something that it needs ran
   * - changed: all that it needs was cached, itself it was not
   * - open: it has not run to its end
   */
  readonly kind: "hit" | "always" | "present" | "pulled" | "first" | "follows" | "changed" | "open";
  /** The step that began it: the first one in the chain that was not cached. */
  readonly because: number | undefined;
  /** For people. */
  readonly text: string;
}

/** One verdict a step, in the steps' order. */
export function cacheVerdicts({ steps }: Pick<BuildLog, "steps">): readonly CacheVerdict[] {
  const nothingCached = steps.every((step) => !isInstruction(step) || step.state !== "cached");
  const roots = new Map<number, Step | undefined>();
  return steps.map((step) => verdictOf(step, steps, roots, nothingCached));
}

function verdictOf(
  step: Step,
  steps: readonly Step[],
  roots: Map<number, Step | undefined>,
  nothingCached: boolean,
): CacheVerdict {
  if (step.state === "cached") return verdict("hit", "cached");
  if (step.kind === "from" && step.end !== undefined) {
    return step.transferred > 0
      ? verdict("pulled", "base image was not here")
      : verdict("present", "base image is here");
  }
  if (step.state === "waiting") return verdict("open", "did not begin");
  if (!isInstruction(step)) return verdict("always", "runs in every build");
  if (step.state === "running") return verdict("open", "runs");
  const root = rootOf(step, steps, roots);
  if (nothingCached) return verdict("first", "no: first build here, or its cache is gone", root?.id);
  if (root !== undefined) return verdict("follows", `no: needs ${shortName(root)}, which ran`, root.id);
  if (step.kind === "copy" || step.kind === "add") {
    const from = / --from=(\S+)/.exec(step.instruction)?.[1];
    return verdict(
      "changed",
      from === undefined ? "no: the files it copies changed" : `no: what it copies from ${from} changed`,
    );
  }
  return verdict("changed", "no: its text, an argument or a mounted file is new here");
}

function verdict(kind: CacheVerdict["kind"], text: string, because?: number): CacheVerdict {
  return { kind, because, text };
}

function isInstruction({ kind, index }: Step): boolean {
  return (
    kind === "run" ||
    kind === "copy" ||
    kind === "add" ||
    kind === "workdir" ||
    (index !== undefined && kind === "other")
  );
}

/** The first uncached instruction that this one depends on; undefined if all of them were cached. */
function rootOf(step: Step, steps: readonly Step[], known: Map<number, Step | undefined>): Step | undefined {
  // Iterative, and each step once: a hostile log may name a chain of thousands, or a circle.
  const seen = new Set<number>();
  let root: Step | undefined;
  let at: Step | undefined = step;
  while (at !== undefined && !seen.has(at.id)) {
    seen.add(at.id);
    if (at !== step && known.has(at.id)) {
      root = known.get(at.id) ?? root;
      break;
    }
    const cause: Step | undefined = at.after
      .flatMap((id) => steps[id - 1] ?? [])
      .find((each) => isInstruction(each) && each.state !== "cached" && each.end !== undefined && !seen.has(each.id));
    if (cause !== undefined) root = cause;
    at = cause;
  }
  known.set(step.id, root);
  return root;
}
