import type { SplitPlan } from "../../repo/split/planSplit.ts";
import type { UnneededRequirements } from "../../repo/split/unneeded.ts";
import type { WrittenRepository } from "../../repo/split/writeSplit.ts";

/** Who imports what of whom, as --json gives it. */
export function usesJson(uses: readonly UnneededRequirements[]): readonly object[] {
  return uses.map(({ module, consumer, dirs, built, packages, direct, needed }) => ({
    module: module.path,
    consumer: consumer.path,
    imports: dirs,
    packagesBuilt: built,
    packages,
    requires: direct,
    needs: needed,
  }));
}

/** A plan as --json gives it: all of it but the texts of Go files. */
export function splitJson(plan: SplitPlan, written: readonly WrittenRepository[] | undefined): object {
  const { module, into, changed, repositories, texts, removed, gone, mentions, warnings } = plan;
  return {
    module: module.path,
    into,
    releases: changed.map(({ after, goMod, goSum, requires, modulesBefore, modulesAfter }) => ({
      module: after.path,
      version: after.version,
      tag: after.tag,
      isNew: after.made !== undefined,
      dir: after.dir,
      repository: repositories.find((each) => each.module === after.made)?.name,
      packages: after.made?.packages.map(({ dir, importPath, newPath, because }) => ({
        dir,
        importPath,
        newPath,
        because,
      })),
      requires,
      modulesBefore,
      modulesAfter,
      goMod,
      goSum,
    })),
    changes: texts.map(({ path, before }) => ({ path, isNew: before === undefined })),
    removed,
    gone,
    mentions,
    warnings,
    written,
  };
}
