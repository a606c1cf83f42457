// SARIF 2.1.0, as GitHub's code scanning and editors read it: rules with their pages, true columns.

import { type Finding, type Fix, isElsewhere, type Severity } from "../finding.ts";
import { rulePage } from "../rulePage.ts";
import { fingerprint } from "./ci.ts";
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
          partialFingerprints: { "fairlead/v1": fingerprint(finding) },
          // What is wrong with the machine has no place in the repository.
          locations: isElsewhere(finding.file) ? [] : [{ physicalLocation: place(finding.file, finding) }],
          relatedLocations: finding.evidence.map(({ file, line, text }, id) => ({
            id,
            message: { text },
            physicalLocation: place(file, { line: Math.max(1, line) }),
          })),
          ...(finding.fix === undefined ? {} : { fixes: [fixOf(finding.fix)] }),
        })),
      },
    ],
  };
}

/** Offsets count UTF-16 units, as columnKind says. */
function fixOf({ title, edits }: Fix): object {
  const byFile = Map.groupBy(edits, ({ file }) => file);
  return {
    description: { text: title },
    artifactChanges: [...byFile].map(([file, own]) => ({
      artifactLocation: artifact(file),
      replacements: own.map(({ start, end, text }) => ({
        deletedRegion: { charOffset: start, charLength: end - start },
        insertedContent: { text },
      })),
    })),
  };
}

function descriptor(id: string, rules: readonly Rule[]): object {
  const rule = rules.find((each) => each.id === id);
  // Where it is written down by others: our own page goes along as markdown.
  const helpUri = /https:\/\/[^\s;,()]+/.exec(rule?.source ?? "")?.[0];
  return {
    id,
    shortDescription: { text: rule?.title ?? id },
    fullDescription: { text: rule?.why ?? id },
    ...(helpUri === undefined ? {} : { helpUri }),
    help:
      rule === undefined ? { text: id } : { text: `${rule.why}\n\nSource: ${rule.source}`, markdown: rulePage(rule) },
    defaultConfiguration: { level: levels[rule?.severity ?? "warning"] },
  };
}

function place(
  file: string,
  { line, column, endLine, endColumn }: { line: number; column?: number; endLine?: number; endColumn?: number },
): object {
  return {
    artifactLocation: artifact(file),
    region: { startLine: line, startColumn: column, endLine, endColumn },
  };
}

function artifact(file: string): object {
  return { uri: encodeURI(file), uriBaseId: "%SRCROOT%" };
}
