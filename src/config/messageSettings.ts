import type * as z from "zod";
import type { Milliseconds } from "./duration.ts";
import { listOf, optionalSetting, requiredSetting, section, setting } from "./setting.ts";
import { anyText, choice, choices, duration, text } from "./valueTypes.ts";

/** A webhook that is told of deployments. */
export interface NotifySettings {
  readonly url: string;
  readonly format: "slack" | "json";
  readonly on: readonly NotifyEvent[];
}

export type NotifyEvent = "start" | "approval" | "success" | "failure" | "rollback";

/** How people approve releases. */
export interface ApprovalSettings {
  /** Signs the links; undefined: no links, only `fairlead approve`. */
  readonly key: string | undefined;
  /** Where people reach `fairlead up`. */
  readonly url: string | undefined;
  readonly within: Milliseconds;
}

const webUrl = text(/^https?:\/\/\S+$/, "an http or https URL");
const hour = 3_600_000;

export const notifySchema: z.ZodType<readonly NotifySettings[]> = listOf(
  "Webhooks that are told of deployments.",
  "<n>",
  section("A webhook.", {
    url: requiredSetting(webUrl, { description: "The webhook's address. It is never printed.", secret: true }),
    format: setting(choice("json", "slack"), {
      default: "json",
      description: "Plain JSON, or the form that Slack and its kin take.",
    }),
    on: setting(choices("start", "approval", "success", "failure", "rollback"), {
      default: "start,approval,success,failure,rollback",
      description: "What is told.",
    }),
  }),
);

export const approvalSchema: z.ZodType<ApprovalSettings> = section("How people approve releases.", {
  key: optionalSetting(anyText, {
    defaultText: "none: no links, `fairlead approve` alone",
    description: "The key that signs the links in messages; at least 16 characters that nobody can guess.",
    secret: true,
  }),
  url: optionalSetting(webUrl, {
    defaultText: "none",
    description: "Where people reach `fairlead up`, which answers the links.",
  }),
  within: setting(duration({ min: 1000, max: 30 * 24 * hour }), {
    default: "24h",
    description: "How long an approval is waited for. Then the deployment ends without a change.",
  }),
});
