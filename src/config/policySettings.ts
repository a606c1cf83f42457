import type * as z from "zod";
import { listOf, requiredSetting, section } from "./setting.ts";
import { modulePatterns } from "./upstreamTypes.ts";
import { text } from "./valueTypes.ts";

/** Modules that nobody gets. */
export interface DenySettings {
  readonly modules: string;
  readonly reason: string;
}

export const denySchema: z.ZodType<readonly DenySettings[]> = listOf(
  "Modules that nobody gets here; the first rule that fits is told to the client.",
  "<n>",
  section("One rule.", {
    modules: requiredSetting(modulePatterns, {
      description: "Module path patterns, separated by commas, as GOPRIVATE has them: what matches, and all below it.",
    }),
    reason: requiredSetting(text(/^[^\p{C}]{1,500}$/u, "one line of at most 500 characters"), {
      description: "What the client reads: why, and whom to ask.",
    }),
  }),
);
