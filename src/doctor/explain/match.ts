// Which symptoms a text shows. Every line is looked at once for the literals of all patterns together; only those that hold
// one are read closer, and never more of them than a bound: the time for any text is bounded by its length.

import { redactUrl } from "../../config/redact.ts";
import type { ErrorLine } from "./errorText.ts";
import { literally } from "./literally.ts";
import type { Symptom } from "./symptom.ts";

export interface Match {
  readonly symptom: Symptom;
  readonly line: ErrorLine;
  readonly fields: Readonly<Record<string, string>>;
}

/** A real log has a handful; more are somebody's way to keep us busy. */
const maxCandidates = 2000;
/** So much of a long line is looked at around a literal: the patterns may take the square of it. */
const before = 600;
const behind = 1400;

/** Each symptom once, where it shows first; those of the failing step before the others, causes before consequences. */
export function findMatches(lines: readonly ErrorLine[], symptoms: readonly Symptom[]): readonly Match[] {
  const literals = new Set(symptoms.flatMap(({ match }) => match.map(({ has }) => has)));
  const any = new RegExp([...literals].map((each) => literally(each)).join("|"));
  const candidates: number[] = [];
  for (const [index, { text }] of lines.entries()) if (any.test(text)) candidates.push(index);
  const ofFailure = candidates.filter((index) => lines[index]?.isOfFailure === true);
  const others = candidates.filter((index) => lines[index]?.isOfFailure !== true);
  const looked = [...ofFailure, ...others].slice(0, maxCandidates / 2);
  // What a long text ends with matters more than its middle.
  looked.push(...others.slice(-maxCandidates / 2));
  const found = new Map<Symptom, Match>();
  for (const index of looked) {
    const line = lines[index];
    if (line === undefined) continue;
    for (const symptom of symptoms) {
      if (found.has(symptom)) continue;
      const fields = fieldsOf(symptom, line.text, lines[index + 1]?.text);
      if (fields !== undefined) found.set(symptom, { symptom, line, fields });
    }
  }
  const matches = [...found.values()];
  const rank = ({ symptom, line }: Match): number =>
    (symptom.isConsequence === true ? 2 : 0) + (line.isOfFailure ? 0 : 1);
  const isFailureKnown = matches.some(({ line }) => line.isOfFailure);
  const sorted = matches.sort((a, b) => rank(a) - rank(b) || a.line.number - b.line.number);
  const causes = sorted.filter(({ symptom }) => symptom.isConsequence !== true);
  // Of a build, what its other steps wrote is seldom why it failed.
  const told = causes.filter(({ line }) => !isFailureKnown || line.isOfFailure);
  return told.length > 0 ? told : causes.length > 0 ? causes : sorted;
}

function fieldsOf({ match }: Symptom, text: string, next: string | undefined): Match["fields"] | undefined {
  for (const { has, line, next: after } of match) {
    const at = text.indexOf(has);
    if (at < 0) continue;
    const here = line.exec(text.slice(Math.max(0, at - before), at + behind));
    if (here === null) continue;
    const following = after === undefined ? undefined : after.exec((next ?? "").slice(0, before + behind));
    if (following === null) continue;
    return { ...defined(here.groups), ...defined(following?.groups) };
  }
  return undefined;
}

/** Fields are shown again, in commands too: without the credentials that a URL may carry. */
function defined(groups: Readonly<Record<string, string | undefined>> | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(groups ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, redactUrl(value)]],
  );
  return Object.fromEntries(entries);
}
