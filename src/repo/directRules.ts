import { ModuleError } from "../gomod/error.ts";
import { checkGovcs, parseGovcs } from "../gomod/goenv.ts";
import { type GoSettings, type Match, matchOf } from "./goSettings.ts";

/** How a module may be fetched from its repository (cmd/go/internal/vcs/vcs.go; modfetch/repo.go, lookupDirect). */
export interface DirectRules {
  /** GOVCS can't be understood: every direct fetch fails with this. */
  readonly fault: string | undefined;
  /** The version control systems that may be started for this path, of those the go command knows. */
  readonly allowed: readonly string[];
  /** GOPRIVATE's pattern, which makes the path private for GOVCS's `private:` and `public:`. */
  readonly isPrivate: Match | undefined;
  /** GOINSECURE's pattern, which allows plain HTTP and certificates that nobody vouches for. */
  readonly insecure: Match | undefined;
}

const systems = ["git", "hg", "svn", "bzr", "fossil"];

/**
 * GOVCS is matched against the root of the repository, which only its server knows; the module path, which lies at or
 * below it, stands in for it here.
 */
export function directRules(path: string, settings: GoSettings): DirectRules {
  const goprivate = settings("GOPRIVATE");
  const isPrivate = matchOf(goprivate, path);
  const insecure = matchOf(settings("GOINSECURE"), path);
  try {
    const rules = parseGovcs(settings("GOVCS").value);
    const allowed = systems.filter((system) => allows(() => checkGovcs(rules, goprivate.value, path, system)));
    return { fault: undefined, allowed, isPrivate, insecure };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return { fault: error.message, allowed: [], isPrivate, insecure };
  }
}

function allows(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof ModuleError) return false;
    throw error;
  }
}
