import { matchPath, matchPrefixPatterns } from "../gomod/pattern.ts";
import { joinQuoted } from "../gomod/goenv.ts";

/**
 * What is wrong with a glob of GOPRIVATE and its kin, as the end of a sentence about it; undefined if nothing is. Go takes
 * a list with a mistake in silence and matches less than was meant.
 *
 * @param path the module path in question: some mistakes only matter for some paths
 */
export function patternFault(glob: string, path: string): string | undefined {
  if (glob === "") return undefined;
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(glob)) return `never matches: patterns have no scheme; write ${bare(glob)}`;
  if (glob.trim() !== glob)
    return `never matches: Go doesn't trim the blank; write ${quote(glob.trim())} with nothing around the comma`;
  if (/[\s;]/.test(glob)) return "never matches: patterns are separated by commas alone";
  if (glob.includes(":")) return "never matches: module paths have no colon, neither before a port nor as git has it";
  if (/\/?\.\.\.$/.test(glob))
    return `never matches: a pattern covers everything below it already; write ${glob.replace(/\/?\.\.\.$/, "")}`;
  if (matchPath(glob, "") === "badPattern") return "never matches: it is malformed, and Go ignores that in silence";
  if (matchPrefixPatterns(glob, path)) return undefined;
  const parent = glob.replace(/\/\*+$/, "");
  if (parent !== glob && matchPrefixPatterns(parent, path))
    return `matches only what is below ${parent}; write ${parent} for both`;
  if (matchPrefixPatterns(glob.toLowerCase(), path.toLowerCase()))
    return "misses it by upper and lower case, which count";
  if (glob.startsWith("*.") && matchPrefixPatterns(glob.slice(2), path)) {
    return `matches hosts below ${glob.slice(2)}, and not that one itself`;
  }
  if (matchPrefixPatterns(`*.${glob}`, path)) return `matches that host alone; write *.${glob} for the hosts below it`;
  return undefined;
}

function bare(glob: string): string {
  return glob.replace(/^[a-z][a-z\d+.-]*:\/\//i, "").replace(/\/+$/, "");
}

function quote(text: string): string {
  return joinQuoted([text]);
}
