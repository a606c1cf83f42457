// What a repository has decided about findings, in fairlead.yaml: how loud a rule is, and what is left be in which files.
import { matchesGlob } from "node:path";
import type { Finding, Severity } from "./finding.ts";
import { complaint } from "./ignores.ts";
import { positionOf } from "./places.ts";
import type { Rule } from "./rule.ts";

export interface Policy {
  /** By a rule's id, or a family's `docker/*`. */
  readonly rules: Readonly<Record<string, Severity | "off">>;
  readonly ignore: readonly { readonly rule: string; readonly files: readonly string[]; readonly reason: string }[];
}

export const noPolicy: Policy = { rules: {}, ignore: [] };
const settingsFile = "fairlead.yaml";

/** How loud a rule is to be; undefined where nothing was decided. */
export function decidedLevel(id: string, { rules }: Policy): Severity | "off" | undefined {
  return rules[id] ?? rules[`${familyOf(id)}/*`];
}

/** What a policy names and nobody has: ids of rules, or families. */
export function unknownNames({ rules, ignore }: Policy, all: readonly Rule[]): readonly string[] {
  const known = new Set(all.flatMap(({ id }) => [id, `${familyOf(id)}/*`]));
  return [...Object.keys(rules), ...ignore.map(({ rule }) => rule)].filter((name) => !known.has(name));
}

/**
 * Takes out what is to be left be, and adds what of it nothing needs any more.
 *
 * @param ran Ids of the rules that ran.
 * @param settings The text of fairlead.yaml, for the places of those.
 */
export function applyPolicy(
  findings: readonly Finding[],
  { ignore }: Policy,
  ran: ReadonlySet<string>,
  settings: string,
): readonly Finding[] {
  const used = new Set<object>();
  const left = findings.filter(({ rule, file }) => {
    const by = ignore.filter((each) => each.rule === rule && each.files.some((glob) => matchesGlob(file, glob)));
    for (const each of by) used.add(each);
    return by.length === 0;
  });
  const unused = ignore.filter((each) => !used.has(each) && ran.has(each.rule));
  return [...left, ...unused.map(({ rule, files }) => unusedIgnore(rule, files, settings))];
}

function unusedIgnore(rule: string, files: readonly string[], settings: string): Finding {
  // Its own entry stands in the list of ignores, behind what is said of the rule's level.
  const at = Math.max(0, settings.lastIndexOf(rule));
  return complaint(
    { file: settingsFile, ...positionOf(settings, at), length: rule.length },
    "doctor/unused-ignore",
    `${rule} finds nothing in ${files.join(", ")} any more: take the entry out of doctor.ignore`,
  );
}

function familyOf(id: string): string {
  return id.slice(0, id.indexOf("/"));
}
