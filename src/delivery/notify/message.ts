import type { NotifyEvent } from "../../config/messageSettings.ts";

/** Something that people should know of a deployment. */
export interface DeliveryEvent {
  readonly kind: NotifyEvent;
  readonly service: string;
  readonly environment: string;
  /** For people: "shop 4f1c2d9 (v1.4.0)". */
  readonly what: string;
  /** Who started it. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Why it failed or was taken back: the verdict's reason. */
  readonly reason?: string | undefined;
  /** The release that serves now, where it is not the one that was deployed. */
  readonly serving?: string | undefined;
  /** For an approval: what to type, and where to click. */
  readonly approval?: { readonly id: string; readonly link: string | undefined; readonly expires: number } | undefined;
}

/** One sentence that says it all: many readers see no more than a phone's first line. */
export function sentence({ kind, service, environment, what, by, reason, serving }: DeliveryEvent): string {
  const because = reason === undefined ? "" : `: ${reason}`;
  switch (kind) {
    case "start":
      return `${what} is being deployed to ${environment} by ${by}`;
    case "approval":
      return `${what} waits for approval to be deployed to ${environment}; asked by ${by}`;
    case "success":
      return `${what} serves in ${environment}${because}`;
    case "failure":
      return `${what} could not be deployed to ${environment}${because}${serving === undefined ? "" : `; ${serving} serves`}`;
    case "rollback":
      return `${service} in ${environment} was rolled back${serving === undefined ? "" : ` to ${serving}`}: ${what} failed${because}`;
  }
}

/** What `format: json` sends. `schemaVersion` changes when a reader could break. */
export function jsonMessage(event: DeliveryEvent): object {
  const { kind, at, approval, ...rest } = event;
  return {
    schemaVersion: 1,
    event: kind,
    at: new Date(at).toISOString(),
    text: sentence(event),
    ...rest,
    ...(approval && {
      approval: { id: approval.id, link: approval.link, expires: new Date(approval.expires).toISOString() },
    }),
  };
}

const signs: Readonly<Record<NotifyEvent, string>> = {
  start: ":rocket:",
  approval: ":raised_hand:",
  success: ":white_check_mark:",
  failure: ":x:",
  rollback: ":leftwards_arrow_with_hook:",
};

/** The form of Slack's incoming webhooks, which Mattermost, Rocket.Chat and others take too. */
export function slackMessage(event: DeliveryEvent): object {
  const text = `${signs[event.kind]} ${escape(sentence(event))}`;
  const { approval } = event;
  if (approval === undefined) return { text };
  const link = approval.link === undefined ? "" : `<${escape(approval.link)}|Look and answer> or `;
  return { text: `${text}\n${link}\`fairlead approve ${escape(approval.id)}\`` };
}

/** Slack's own escapes: what is not markup must not become a link, or call everybody in a channel. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
