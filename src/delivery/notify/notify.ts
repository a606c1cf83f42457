// Tells people by webhook. A message is worth a few tries and no more: it never fails a deployment, nor holds it up for
// longer than `within`.

import { setTimeout as sleep } from "node:timers/promises";
import type { NotifySettings } from "../../config/messageSettings.ts";
import { redactSecrets } from "../../config/redact.ts";
import { type DeliveryEvent, jsonMessage, slackMessage } from "./message.ts";

export interface NotifyOptions {
  /** Values that must not stand in a message, wherever they came from. */
  readonly secrets?: Iterable<string>;
  /** Told of each message that could not be delivered; without the address, which is a secret. */
  readonly onFailed?: (reason: string) => void;
  /** Milliseconds for all tries of all messages. */
  readonly within?: number;
  /** Milliseconds before the second try; doubled for the third. */
  readonly pause?: number;
}

const tries = 3;
const perTry = 5000;

/** Never rejects. Resolves when every target has been told, or given up. */
export async function notify(
  targets: readonly NotifySettings[],
  event: DeliveryEvent,
  options: NotifyOptions = {},
): Promise<void> {
  const { within = 20_000 } = options;
  const limit = AbortSignal.timeout(within);
  const wanted = targets.filter(({ on }) => on.includes(event.kind));
  await Promise.all(wanted.map((target) => tell(target, event, options, limit)));
}

async function tell(
  { url, format }: NotifySettings,
  event: DeliveryEvent,
  { secrets = [], onFailed, pause = 500 }: NotifyOptions,
  limit: AbortSignal,
): Promise<void> {
  const clean = { ...event, ...redactedTexts(event, secrets) };
  const body = JSON.stringify(format === "slack" ? slackMessage(clean) : jsonMessage(clean));
  let reason = "";
  for (let attempt = 1; attempt <= tries; attempt++) {
    const result = await post(url, body, limit);
    if (result.told) return;
    reason = result.reason;
    if (!result.again || limit.aborted || attempt === tries) break;
    await sleep(pause * 2 ** (attempt - 1), undefined, { signal: limit }).catch(() => {});
  }
  onFailed?.(`the ${event.kind} message to ${hostOf(url)} was not delivered: ${reason}`);
}

type Posted = { readonly told: true } | { readonly told: false; readonly again: boolean; readonly reason: string };

async function post(url: string, body: string, limit: AbortSignal): Promise<Posted> {
  try {
    const target = new URL(url);
    const headers = new Headers({ "content-type": "application/json", "user-agent": "Fairlead" });
    if (target.username !== "" || target.password !== "") {
      const user = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;
      headers.set("authorization", `Basic ${Buffer.from(user).toString("base64")}`);
      target.username = target.password = "";
    }
    const answer = await fetch(target, {
      method: "POST",
      headers,
      body,
      // The message goes where the settings say, and nowhere else.
      redirect: "manual",
      signal: AbortSignal.any([limit, AbortSignal.timeout(perTry)]),
    });
    await answer.body?.cancel();
    if (answer.ok) return { told: true };
    const again = answer.status >= 500 || answer.status === 429 || answer.status === 408;
    const redirected = answer.status >= 300 && answer.status < 400 ? " (redirects are not followed)" : "";
    return { told: false, again, reason: `status ${answer.status}${redirected}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { told: false, again: true, reason: redactSecrets(cause instanceof Error ? cause.message : String(cause)) };
  }
}

/** Not the approval's link: its signature is what people need. */
function redactedTexts(event: DeliveryEvent, secrets: Iterable<string>): Partial<DeliveryEvent> {
  const known = [...secrets];
  const clean = (text: string): string => redactSecrets(text, known).slice(0, 2000);
  const optional = (name: "reason" | "serving"): Partial<DeliveryEvent> => {
    const text = event[name];
    return text === undefined ? {} : { [name]: clean(text) };
  };
  return { what: clean(event.what), by: clean(event.by), ...optional("reason"), ...optional("serving") };
}

/** A webhook's path is its secret; its host is not. */
function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "a webhook";
}
