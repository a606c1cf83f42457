/**
 * IPv6 addresses between the brackets of a URL, as Go's net/netip.ParseAddr takes them: RFC 4291 text, the last 32 bits
 * perhaps in IPv4 notation, a zone behind `%`.
 */

/** Reports whether `text` is an IPv6 address, and not an IPv4 one. */
export function isIPv6(text: string): boolean {
  const percent = text.indexOf("%");
  if (percent >= 0 && percent === text.length - 1) return false;
  const address = percent < 0 ? text : text.slice(0, percent);
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const [head = "", tail] = halves;
  const headGroups = groupsOf(head, tail === undefined);
  const tailGroups = tail === undefined ? 0 : groupsOf(tail, true);
  if (headGroups === undefined || tailGroups === undefined) return false;
  // `::` stands for at least one group.
  return tail === undefined ? headGroups === 8 : headGroups + tailGroups < 8;
}

/** How many groups of 16 bits; `undefined` if one is none. */
function groupsOf(text: string, isEnd: boolean): number | undefined {
  if (text === "") return 0;
  const groups = text.split(":");
  const last = groups.at(-1) ?? "";
  const hasIPv4 = isEnd && last.includes(".");
  if (hasIPv4 && !isIPv4(last)) return undefined;
  const hexGroups = hasIPv4 ? groups.slice(0, -1) : groups;
  if (!hexGroups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  return hexGroups.length + (hasIPv4 ? 2 : 0);
}

/** Reports whether `text` is an IPv4 address, as {@link isIPv6} takes them. */
export function isIPv4(text: string): boolean {
  const octets = text.split(".");
  return octets.length === 4 && octets.every((octet) => /^(?:0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) <= 255);
}
