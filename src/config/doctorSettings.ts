import type * as z from "zod";
import { listOf, mapOf, optionalSetting, requiredSetting, section, setting, type ValueType } from "./setting.ts";
import { choice, directory, text, textList } from "./valueTypes.ts";

/** What a repository has decided about the doctor's findings. */
export interface DoctorSettings {
  readonly failOn: "error" | "warning" | "advice";
  /** A file of findings that were there before; from the project's folder. */
  readonly baseline: string | undefined;
  /** By a rule's id, or a family's `docker/*`. */
  readonly rules: Readonly<Record<string, RuleLevel>>;
  readonly ignore: readonly IgnoreSettings[];
}

export type RuleLevel = "error" | "warning" | "advice" | "off";

export interface IgnoreSettings {
  readonly rule: string;
  /** Globs, from the project's folder. */
  readonly files: readonly string[];
  readonly reason: string;
}

const level = choice("error", "warning", "advice", "off");
/** Tools that read YAML 1.1 write `off` as false. */
const ruleLevel: ValueType<RuleLevel> = { ...level, parse: (raw) => level.parse(raw === false ? "off" : raw) };

export const doctorSchema: z.ZodType<DoctorSettings> = section("What `fairlead doctor` says, and how loud.", {
  failOn: setting(choice("error", "warning", "advice"), {
    default: "warning",
    description: "From which level on a finding ends the command with 1. `--fail-on` wins.",
  }),
  baseline: optionalSetting(directory, {
    defaultText: "none",
    description: "A file with findings that are left out, as `--write-baseline` writes it. From the project's folder.",
  }),
  rules: mapOf(
    "How loud a rule is, by its id or its family (`docker/*`); an id wins over its family.",
    {
      entry: "<rule>",
      pattern: /^[a-z]+\/(?:\*|[a-z0-9-]+)$/,
      hint: "a rule is called as docker/root-user is; docker/* means all of its family",
    },
    setting(ruleLevel, { default: "off", description: "`off` silences it." }),
  ),
  ignore: listOf(
    "Findings that are left be in some files. Where a comment can stand before the line, it says the same at its place.",
    "<n>",
    section("What is left be.", {
      rule: requiredSetting(text(/^[a-z]+\/[a-z0-9-]+$/, "a rule's id"), { description: "The rule's id." }),
      files: setting(textList, { default: "**", description: "Globs of files, from the project's folder." }),
      reason: requiredSetting(text(/\S/, "a reason"), { description: "Why; whoever comes later will ask." }),
    }),
  ),
});
