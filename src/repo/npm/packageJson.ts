// A package.json as it is written: what it depends on, and what else decides about versions.
import { z } from "zod";

/** As arborist reads them: of a name that stands in several, the last one counts (Node#loadDeps). */
export const dependencyGroups = [
  "peerDependencies",
  "dependencies",
  "optionalDependencies",
  "devDependencies",
] as const;

export type DependencyGroup = (typeof dependencyGroups)[number];

export interface Dependency {
  readonly name: string;
  /** `^1.2.0`, `latest`, `npm:other@^1`, `file:../x`. */
  readonly spec: string;
  readonly group: DependencyGroup;
}

export interface PackageJson extends Wants {
  readonly file: string;
  /** From the project's root; empty for the root. */
  readonly folder: string;
  readonly text: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** `pnpm@9.1.0`. */
  readonly packageManager: string | undefined;
  /** Patterns for the folders of a workspace's members. */
  readonly workspaces: readonly string[];
  readonly publishRegistry: string | undefined;
  /** One for each name: the one that counts. */
  readonly dependencies: readonly Dependency[];
  /** Names whose versions `overrides`, `resolutions` or `pnpm.overrides` may decide. */
  readonly overridden: ReadonlySet<string>;
}

const text = z.string().optional().catch(undefined);
const entries = z.record(z.string(), z.unknown());
const ranges = entries.catch({});
const unknown = z.unknown().optional();

const wantsSchema = z.object({
  peerDependencies: ranges,
  dependencies: ranges,
  optionalDependencies: ranges,
  devDependencies: ranges,
  peerDependenciesMeta: z
    .record(
      z.string(),
      z
        .object({ optional: z.literal(true) })
        .optional()
        .catch(undefined),
    )
    .catch({}),
});

const schema = z.object({
  name: text,
  version: text,
  packageManager: text,
  workspaces: z
    .union([z.array(z.string()), z.object({ packages: z.array(z.string()) }).transform(({ packages }) => packages)])
    .catch([]),
  publishConfig: z.object({ registry: text }).catch({ registry: undefined }),
  overrides: unknown,
  resolutions: unknown,
  pnpm: z.object({ overrides: unknown }).catch({ overrides: undefined }),
});

/** What a package says of its dependencies: in package.json, and the same way in a lock file. */
export interface Wants {
  /** Every dependency that is written, in the order of the groups above. */
  readonly written: readonly Dependency[];
  readonly optionalPeers: ReadonlySet<string>;
}

export function readWants(value: unknown): Wants {
  const { data } = wantsSchema.safeParse(value);
  if (data === undefined) return { written: [], optionalPeers: new Set() };
  const optional = Object.entries(data.peerDependenciesMeta).filter(([, meta]) => meta !== undefined);
  return {
    written: dependencyGroups.flatMap((group) => rangesOf(data[group], group)),
    optionalPeers: new Set(optional.map(([name]) => name)),
  };
}

/** One for each name: the one that counts. */
export function effective(written: readonly Dependency[]): readonly Dependency[] {
  return [...new Map(written.map((each) => [each.name, each])).values()];
}

/** The entries whose values are texts; none of what is no object. */
export function rangesOf(value: unknown, group: DependencyGroup): readonly Dependency[] {
  const all = Object.entries(entries.safeParse(value).data ?? {});
  return all.flatMap(([name, spec]) => (typeof spec === "string" ? [{ name, spec, group }] : []));
}

/** undefined for what is no JSON object. */
export function readPackageJson(file: string, source: string): PackageJson | undefined {
  const value = parseJson(source);
  const { data } = schema.safeParse(value);
  if (data === undefined) return undefined;
  const wants = readWants(value);
  return {
    file,
    folder: file.slice(0, Math.max(0, file.lastIndexOf("/"))),
    text: source,
    name: data.name,
    version: data.version,
    packageManager: data.packageManager,
    workspaces: data.workspaces,
    publishRegistry: data.publishConfig.registry,
    ...wants,
    dependencies: effective(wants.written),
    overridden: new Set([data.overrides, data.resolutions, data.pnpm.overrides].flatMap(overriddenNames)),
  };
}

/** undefined for a text that is no JSON: whoever needs the file complains about that. */
export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

/** Of `{ "a@^1": "2", "b": { ".": "1", "c": "3" } }`, `{ "x>y": "1" }` and `{ "x/**\/y": "1" }`: all names. */
function overriddenNames(overrides: unknown): readonly string[] {
  if (typeof overrides !== "object" || overrides === null) return [];
  return Object.entries(overrides).flatMap(([key, value]) => [
    ...(key.match(/(?:@[^@/>*\s]+\/)?[^@/>*\s]+/g) ?? []),
    ...overriddenNames(value),
  ]);
}
