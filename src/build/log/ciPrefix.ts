// What CI systems put before each line, and the time it tells.

export interface PrefixedLine {
  readonly text: string;
  /** Milliseconds since the epoch; undefined where the line says none. */
  readonly at: number | undefined;
  /** The line continues the one before (GitLab cuts a line at each write). */
  readonly continues: boolean;
  /** From GitLab: the next line may continue this one. */
  readonly mayContinue: boolean;
}

/**
 * Takes a CI system's prefix off a line.
 *
 * - GitHub: `2026-11-21T09:00:00.1234567Z text`, and `job<TAB>step<TAB>` before it from its command line
 * - GitLab (FF_TIMESTAMPS): `2026-11-21T09:00:00.123456Z 01O text`; `+` for the blank when it continues the last line
 * - Jenkins: `[2026-11-21T09:00:00.123Z] text`
 * - docker compose: `shop-1  | text`
 */
export function takePrefix(line: string): PrefixedLine {
  const withoutJob = jobAndStep.exec(line)?.[1] ?? line;
  const stamped = timestamp.exec(withoutJob.charCodeAt(0) === byteOrderMark ? withoutJob.slice(1) : withoutJob);
  if (stamped === null) {
    return { text: composeName.exec(line)?.[1] ?? line, at: undefined, continues: false, mayContinue: false };
  }
  const [, open = "", time = "", rest = ""] = stamped;
  const at = Date.parse(time);
  const gitlab = open === "" ? gitlabMark.exec(rest) : null;
  return {
    text: gitlab === null ? rest.replace(open === "[" ? /^\] ?/ : /^ /, "") : (gitlab[2] ?? ""),
    at: Number.isNaN(at) ? undefined : at,
    continues: gitlab?.[1] === "+",
    mayContinue: gitlab !== null,
  };
}

const byteOrderMark = 0xfeff;
const timestamp = /^(\[?)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d))(?=[\] ]|$)(.*)$/s;
const gitlabMark = /^ [0-9a-f]{2}[OE]([ +])(.*)$/s;
const jobAndStep = /^[^\t]{1,200}\t[^\t]{1,200}\t(\ufeff?\d{4}-\d\d-\d\dT.*)$/s;
/** Only before what BuildKit writes, for `|` is common in logs. */
const composeName = /^[\w.-]{1,100} +\| (#\d+ .*|)$/s;
