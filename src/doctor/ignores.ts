// `fairlead ignore=RULE reason` in a comment: on the line itself, or on a line of its own before it.

import type { Finding } from "./finding.ts";

interface Ignore {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly rule: string;
  readonly reason: string;
  /** The line that it speaks of. */
  readonly about: number;
}

const pattern = /(?:#|\/\/|<!--)\s*fairlead ignore=([\w/-]+)[ \t]*([^\r\n]*)/g;

/** Takes out what is ignored, and adds what is wrong with the ignoring. `files` are those that were read. */
export function applyIgnores(
  findings: readonly Finding[],
  files: ReadonlyMap<string, string>,
  rules: ReadonlySet<string>,
  /** Ids of those that ran: of another nobody knows whether its ignore is needed. */
  ran: ReadonlySet<string>,
): Finding[] {
  const ignores = [...files].flatMap(([file, text]) => read(file, text));
  const used = new Set<Ignore>();
  const left = findings.filter((finding) => {
    const by = ignores.find(
      ({ file, rule, about }) => file === finding.file && rule === finding.rule && covers(finding, about),
    );
    if (by !== undefined) used.add(by);
    return by === undefined;
  });
  const wrong = ignores.flatMap((ignore) => {
    if (!rules.has(ignore.rule)) return [complaint(ignore, "doctor/unknown-ignore", `there is no rule ${ignore.rule}`)];
    if (ignore.reason.replace(/-->\s*$/, "").trim() === "")
      return [
        complaint(
          ignore,
          "doctor/ignore-without-reason",
          `${ignore.rule} is ignored without a reason: write one behind it`,
        ),
      ];
    return used.has(ignore) || !ran.has(ignore.rule)
      ? []
      : [complaint(ignore, "doctor/unused-ignore", `${ignore.rule} finds nothing here any more: take the comment out`)];
  });
  return [...left, ...wrong];
}

/** An instruction may go over several lines, and the comment stands before its first or on any of them. */
function covers({ line, endLine }: Finding, about: number): boolean {
  return line <= about && about <= endLine;
}

function read(file: string, text: string): Ignore[] {
  if (!text.includes("fairlead ignore=")) return [];
  const lines = text.split("\n");
  // In a .npmrc, lines that begin with // are logins.
  const comment = file.endsWith(".npmrc") ? /^\s*[#;]|^\s*$/ : /^\s*(#|\/\/|<!--)|^\s*$/;
  return lines.flatMap((content, index) =>
    [...content.matchAll(pattern)].map((match): Ignore => {
      const isAlone = content.slice(0, match.index).trim() === "";
      let about = index;
      // Several comments may stand before the line.
      if (isAlone) while (about < lines.length && comment.test(lines[about] ?? "")) about++;
      return {
        file,
        line: index + 1,
        column: match.index + 1,
        length: match[0].trimEnd().length,
        rule: match[1] ?? "",
        reason: match[2] ?? "",
        about: about + 1,
      };
    }),
  );
}

/** What is wrong with an ignore, as a finding. */
export function complaint(
  { file, line, column, length }: Pick<Ignore, "file" | "line" | "column" | "length">,
  rule: string,
  message: string,
): Finding {
  return {
    rule,
    severity: "warning",
    file,
    line,
    column,
    endLine: line,
    endColumn: column + length,
    message,
    why: "An ignore that nobody needs hides the next mistake of its kind.",
    evidence: [],
    fix: undefined,
    docs: "docs/doctor.md",
  };
}
