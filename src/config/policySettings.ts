import type * as z from "zod";
import { listOf, requiredSetting, section } from "./setting.ts";
import { modulePatterns, upstreamList } from "./upstreamTypes.ts";
import { text } from "./valueTypes.ts";

/** Modules that nobody gets. */
export interface DenySettings {
  readonly modules: string;
  readonly reason: string;
}

/** Modules that come from elsewhere than all others. */
export interface RouteSettings {
  readonly modules: string;
  /** As `gateway.upstream`. */
  readonly upstream: string;
}

export const routesSchema: z.ZodType<readonly RouteSettings[]> = listOf(
  "Modules that come from elsewhere than `upstream` says; the first rule that fits counts. Without any, what `go env GONOPROXY` matches here goes `direct`, as the go command has it. A rule that leads to `direct` vouches for its modules: their hosts may be in a private network.",
  "<n>",
  section("One rule.", {
    modules: requiredSetting(modulePatterns, {
      description: "Module path patterns, separated by commas, as GOPRIVATE has them: what matches, and all below it.",
    }),
    upstream: requiredSetting(upstreamList, { description: "Where these come from, written as `upstream` is." }),
  }),
);

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
