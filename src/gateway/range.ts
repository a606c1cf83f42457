/** A range of bytes, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The one range that a Range header asks for of a body of `size` bytes; undefined where the whole is to be sent: no
 * bytes unit, several ranges, malformed, or If-Range names other bytes. Source: RFC 9110 §14.
 */
export function parseRange(
  header: string,
  ifRange: string | undefined,
  size: number,
  etag: string,
): ByteRange | "unsatisfiable" | undefined {
  // Only a strong tag will do: with a date two versions of the same second would be mixed.
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const suffix = Number(last);
    return suffix === 0 || size === 0 ? "unsatisfiable" : { start: Math.max(0, size - suffix), end: size };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= size) return "unsatisfiable";
  return { start, end: last === "" ? size : Math.min(size, Number(last) + 1) };
}
