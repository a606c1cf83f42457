// Each range of a package.json: what it lets in, what the lock file holds, and what an upgrade beyond it would meet.
import { lockedVersion, type NpmProject } from "./npmProject.ts";
import type { Dependency } from "./packageJson.ts";
import { nextBreaking, type Reach, readSpec, satisfies } from "./range.ts";

export interface RangeUse {
  readonly dependency: Dependency;
  readonly kind: "range" | "tag" | "elsewhere";
  readonly reach: Reach;
  /** For a person: `>=1.2.3 <2.0.0`. */
  readonly allows: string;
  readonly locked: string | undefined;
  /** undefined: there is nothing to compare. */
  readonly isLockedAllowed: boolean | undefined;
  /** The first version after the locked one that may break; undefined where none is locked. */
  readonly breaking: string | undefined;
  /** The range takes that one, too. */
  readonly letsBreakingIn: boolean;
  /** Locked packages that have it as a peer. */
  readonly peers: readonly PeerWish[];
}

export interface PeerWish {
  readonly name: string;
  readonly version: string | undefined;
  readonly range: string;
  /** Whether what is locked suits it; undefined where nobody can tell. */
  readonly isMet: boolean | undefined;
  /** Whether the breaking version would. */
  readonly takesBreaking: boolean | undefined;
}

export function rangesOf(project: NpmProject): readonly RangeUse[] {
  return project.manifest.written.map((dependency) => {
    const spec = readSpec(dependency.spec);
    const locked = lockedVersion(project, dependency);
    const breaking = locked === undefined ? undefined : nextBreaking(locked);
    return {
      dependency,
      kind: spec.kind,
      reach: spec.reach,
      allows: spec.allows,
      locked,
      isLockedAllowed: locked === undefined ? undefined : satisfies(locked, spec),
      breaking,
      letsBreakingIn: spec.reach === "open" || spec.reach === "zero" || spec.reach === "majors",
      peers: peersOn(project, dependency.name).map(({ range, ...who }) => ({
        ...who,
        range,
        isMet: locked === undefined ? undefined : satisfies(locked, readSpec(range)),
        takesBreaking: breaking === undefined ? undefined : satisfies(breaking, readSpec(range)),
      })),
    };
  });
}

/** Only npm's lock file says what the packages want. */
function peersOn({ held }: NpmProject, name: string): readonly Pick<PeerWish, "name" | "version" | "range">[] {
  if (held?.tool !== "npm") return [];
  return [...held.lock.packages.values()].flatMap((each) => {
    const wish = each.dependencies.find(({ group, name: wanted }) => group === "peerDependencies" && wanted === name);
    return wish === undefined || !each.location.includes("node_modules/")
      ? []
      : [{ name: each.name, version: each.version, range: wish.spec }];
  });
}
