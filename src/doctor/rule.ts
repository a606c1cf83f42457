import type { Facts } from "./facts.ts";
import type { Problem, Severity } from "./finding.ts";

/** A project in a few files, by path. */
export type ExampleFiles = Readonly<Record<string, string>>;

/** A rule reads as data: what it is about, why, and examples that are its documentation and its first tests. */
export interface Rule {
  /** `family/name`, the name of its file. */
  readonly id: string;
  /** What is wrong, in a few words. */
  readonly title: string;
  readonly severity: Severity;
  /** What happens because of it. */
  readonly why: string;
  /** Where it is written, or what shows it. */
  readonly source: string;
  readonly examples: {
    /** It speaks, exactly once. */
    readonly bad: ExampleFiles;
    /** It is silent. */
    readonly good: ExampleFiles;
    /** What its fix makes of `bad`: only the files that differ. */
    readonly fixed?: ExampleFiles;
    /** More that it must be silent about: each with its reason. */
    readonly silent?: Readonly<Record<string, ExampleFiles>>;
  };
  readonly check: (facts: Facts) => Iterable<Problem>;
}

/** Only for its type: a rule is data. */
export function defineRule(rule: Rule): Rule {
  return rule;
}
