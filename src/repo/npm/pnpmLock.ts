// pnpm-lock.yaml: what it was made from, and which version each dependency has come to. Only that part of it is read: the rest
// is the most of the file, and says what the packages depend on in their turn.
import { parse } from "yaml";
import { z } from "zod";

export interface PnpmLock {
  readonly file: string;
  readonly folder: string;
  /** By the folder of each package.json from the lock file's: `.`, `packages/x`. */
  readonly importers: ReadonlyMap<string, PnpmImporter>;
  /** `overrides` have been at work, so that a range need not be the one of package.json. */
  readonly isOverridden: boolean;
}

/** By name. */
export type PnpmImporter = ReadonlyMap<string, PnpmDependency>;

export interface PnpmDependency {
  /** The range that package.json had. */
  readonly specifier: string;
  /** undefined for what is no version of a registry: `link:../x`. */
  readonly version: string | undefined;
}

/** Up to version 5 ranges and versions stand apart, from 6 on together. */
const versions = z
  .record(z.string(), z.union([z.string(), z.object({ specifier: z.string(), version: z.string() })]))
  .catch({});
const importer = z.object({
  specifiers: z.record(z.string(), z.string()).catch({}),
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
});
const schema = importer.extend({
  lockfileVersion: z.union([z.string(), z.number()]),
  importers: z.record(z.string(), importer).optional().catch(undefined),
  overrides: z.unknown().optional(),
});

/** undefined for what is no such file. */
export function readPnpmLock(file: string, text: string): PnpmLock | undefined {
  const { data } = schema.safeParse(readHead(text));
  if (data === undefined) return undefined;
  const importers = Object.entries(data.importers ?? { ".": data });
  return {
    file,
    folder: file.slice(0, Math.max(0, file.lastIndexOf("/"))),
    importers: new Map(importers.map(([folder, each]) => [folder, dependenciesOf(each)])),
    isOverridden: data.overrides !== undefined,
  };
}

function readHead(text: string): unknown {
  // From pnpm 11 on a document of its own, before the project's, may hold pnpm itself.
  const last = text.slice(/^---$[^]*^---$/m.exec(text)?.[0].length ?? 0);
  const end = /^(?:packages|snapshots):/m.exec(last)?.index;
  try {
    return parse(last.slice(0, end), { logLevel: "error" });
  } catch {
    return undefined;
  }
}

function dependenciesOf({ specifiers, ...groups }: z.infer<typeof importer>): PnpmImporter {
  const all = [groups.dependencies, groups.optionalDependencies, groups.devDependencies].flatMap(
    Object.entries<string | { specifier: string; version: string }>,
  );
  return new Map(
    all.flatMap(([name, each]) => {
      const specifier = typeof each === "string" ? specifiers[name] : each.specifier;
      const version = /^\d[^(_]*/.exec(typeof each === "string" ? each : each.version)?.[0];
      return specifier === undefined ? [] : [[name, { specifier, version }] as const];
    }),
  );
}
