// All rules over the facts, in one pass; the same facts give the same findings in the same order.

import type { Facts } from "./facts.ts";
import type { Finding, Problem, Severity } from "./finding.ts";
import { applyIgnores } from "./ignores.ts";
import { positionOf } from "./places.ts";
import { applyPolicy, decidedLevel, noPolicy, type Policy } from "./policy.ts";
import type { Rule } from "./rule.ts";

/** `all` are the rules there are; `chosen` those that are to run, unless the policy switches them off. */
export function diagnose(
  facts: Facts,
  all: readonly Rule[],
  chosen: readonly Rule[] = all,
  policy: Policy = noPolicy,
): readonly Finding[] {
  const running = chosen.filter((rule) => decidedLevel(rule.id, policy) !== "off");
  const findings = running.flatMap((rule) =>
    distinct([...rule.check(facts)]).map((problem) => findingOf(rule, problem, facts, policy)),
  );
  const texts = new Map(
    [
      ...new Set([
        ...facts.dockerfiles.map(({ file }) => file),
        ...facts.ci.flatMap(({ files }) => files.map(({ file }) => file)),
        ...findings.map(({ file }) => file),
        ...facts.files.filter((file) => /(^|\/)go\.mod$/.test(file)),
      ]),
    ].flatMap((file) => {
      const text = facts.text(file);
      return text === undefined ? [] : [[file, text] as const];
    }),
  );
  const ids = new Set(all.map(({ id }) => id));
  const ran = new Set(running.map(({ id }) => id));
  const left = applyIgnores(findings, texts, ids, ran);
  return applyPolicy(left, policy, ran, facts.text("fairlead.yaml") ?? "").toSorted(byWeight);
}

/** What several jobs or stages share is one place, and one problem. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ file, start, end, message }) => {
    const key = `${start} ${end} ${file} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** What hurts most comes first. */
const weights: Readonly<Record<Severity, number>> = { error: 0, warning: 1, advice: 2 };

function byWeight(a: Finding, b: Finding): number {
  return (
    weights[a.severity] - weights[b.severity] ||
    compare(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compare(a.rule, b.rule) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isAtLeast(severity: Severity, level: Severity): boolean {
  return weights[severity] <= weights[level];
}

function findingOf(rule: Rule, problem: Problem, facts: Facts, policy: Policy): Finding {
  const { id, why } = rule;
  const decided = decidedLevel(id, policy);
  const severity = decided === undefined || decided === "off" ? (problem.severity ?? rule.severity) : decided;
  const text = facts.text(problem.file) ?? "";
  const from = positionOf(text, problem.start);
  const to = positionOf(text, Math.max(problem.start, problem.end));
  return {
    rule: id,
    severity,
    file: problem.file,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    message: problem.message,
    why,
    evidence: problem.evidence ?? [],
    fix: problem.fix,
    docs: `docs/rules/${id}.md`,
  };
}
