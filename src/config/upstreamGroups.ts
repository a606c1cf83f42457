import { ModuleError } from "../gomod/error.ts";
import { parseProxyList, type ProxyEntry } from "../gomod/goenv.ts";

/** An entry of an upstream list; neighbours with the same group number are one group. */
export interface UpstreamListEntry extends ProxyEntry {
  readonly group: number | undefined;
}

/** Parses a GOPROXY list in which `{URL URL}` is a group whose fastest member is asked first. Throws ModuleError. */
export function parseUpstreamList(list: string): readonly UpstreamListEntry[] {
  const entries: UpstreamListEntry[] = [];
  let groups = 0;
  for (const [, item = "", separator = ""] of list.matchAll(/(\{[^{}]*\}|[^,|]*)([,|]|$)/g)) {
    const fallBackOnAnyError = separator === "|";
    if (item.trim() === "") continue;
    if (!item.trim().startsWith("{")) {
      const [entry] = parseProxyList(item);
      if (entry === undefined) continue;
      const isEnd = entry.url === "direct" || entry.url === "off";
      entries.push({ url: entry.url, fallBackOnAnyError: !isEnd && fallBackOnAnyError, group: undefined });
      if (isEnd) break;
      continue;
    }
    const group = groups++;
    const members = item
      .trim()
      .slice(1, -1)
      .split(/\s+/)
      .filter((word) => word !== "");
    if (members.length === 0) throw invalid("a group without upstreams");
    for (const member of members) {
      const [entry] = parseProxyList(member);
      if (entry === undefined || entry.url === "direct" || entry.url === "off")
        throw invalid(`a group is of URLs; ${member} stands beside it`);
      if (/[,|]/.test(member)) throw invalid("the URLs of a group stand apart by blanks");
      entries.push({ url: entry.url, fallBackOnAnyError, group });
    }
  }
  // For its words on a list without entries.
  if (entries.length === 0) parseProxyList(list);
  return entries;
}

function invalid(fault: string): ModuleError {
  return new ModuleError("invalidSetting", fault);
}
