// SARIF 2.1.0, as GitHub's code scanning and editors read it: rules with their pages, true columns.

import { type Finding, isElsewhere, type Severity } from "../finding.ts";
import type { Rule } from "../rule.ts";

const levels: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", advice: "note" };

export function sarif(findings: readonly Finding[], rules: readonly Rule[], version: string): object {
  const used = [...new Set(findings.map(({ rule }) => rule))].toSorted();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "fairlead", version, rules: used.map((id) => descriptor(id, rules)) } },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => ({
          ruleId: finding.rule,
          ruleIndex: used.indexOf(finding.rule),
          level: levels[finding.severity],
          message: { text: finding.message },
          // What is wrong with the machine has no place in the repository.
          locations: isElsewhere(finding.file) ? [] : [{ physicalLocation: place(finding.file, finding) }],
          relatedLocations: finding.evidence.map(({ file, line, text }, id) => ({
            id,
            message: { text },
            physicalLocation: place(file, { line: Math.max(1, line) }),
          })),
        })),
      },
    ],
  };
}

function descriptor(id: string, rules: readonly Rule[]): object {
  const rule = rules.find((each) => each.id === id);
  return {
    id,
    shortDescription: { text: rule?.title ?? id },
    fullDescription: { text: rule?.why ?? id },
    help: { text: rule === undefined ? id : `${rule.why}\n\nSource: ${rule.source}` },
    defaultConfiguration: { level: levels[rule?.severity ?? "warning"] },
  };
}

function place(
  file: string,
  { line, column, endLine, endColumn }: { line: number; column?: number; endLine?: number; endColumn?: number },
): object {
  return {
    artifactLocation: { uri: encodeURI(file), uriBaseId: "%SRCROOT%" },
    region: { startLine: line, startColumn: column, endLine, endColumn },
  };
}
