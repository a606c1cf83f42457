// What CI systems show beside the lines of a merge request.

import { createHash } from "node:crypto";
import { type Finding, isElsewhere, type Severity } from "../finding.ts";

const commands: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", advice: "notice" };

/** GitHub's workflow commands; data is escaped so that no finding can be a command of its own. */
export function githubCommands(findings: readonly Finding[]): string {
  return findings
    .map(({ severity, file, line, column, endLine, endColumn, rule, message, why }) => {
      const place = isElsewhere(file)
        ? ""
        : `file=${property(file)},line=${line},col=${column},endLine=${endLine},endColumn=${endColumn},`;
      return `::${commands[severity]} ${place}title=${property(rule)}::${data(`${message}\n${why}`)}\n`;
    })
    .join("");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

const severities: Readonly<Record<Severity, string>> = { error: "major", warning: "minor", advice: "info" };

/** GitLab's code quality report. */
export function codeQuality(findings: readonly Finding[]): object {
  return findings.map((finding) => ({
    description: finding.message,
    check_name: finding.rule,
    fingerprint: fingerprint(finding),
    severity: severities[finding.severity],
    location: { path: finding.file, lines: { begin: finding.line, end: finding.endLine } },
  }));
}

/** The same while the line moves: by rule, file and words. */
export function fingerprint({ rule, file, message }: Finding): string {
  // Words name lines where they tell of another place.
  const words = message.replaceAll(/\(line \d+\)/g, "");
  return createHash("sha256").update(`${rule}\n${file}\n${words}`).digest("hex").slice(0, 32);
}

/** A table for a comment. */
export function markdown(findings: readonly Finding[]): string {
  const cell = (text: string): string => text.replaceAll("|", String.raw`\|`).replaceAll(/\s+/g, " ");
  const rows = findings.map(
    ({ severity, file, line, rule, message }) => `| ${severity} | \`${file}:${line}\` | ${cell(message)} | ${rule} |`,
  );
  return ["| | where | what | rule |", "|---|---|---|---|", ...rows].map((row) => `${row}\n`).join("");
}
