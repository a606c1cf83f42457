// What a link shows and does. A GET only shows: chat programs and mail scanners open every link, and must approve
// nothing. The form's POST answers.

import type { Database } from "../../storage/database.ts";
import { answerApproval, type Approval, findApproval } from "./approvals.ts";
import { readLink } from "./link.ts";

export interface PageRequest {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly target: string;
  /** Of a POST, as text. */
  readonly body: string;
}

export interface PageReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  // The address is the right to answer: it must not go to another site, nor may another show this page in a frame.
  "referrer-policy": "no-referrer",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
  "x-robots-tag": "noindex",
};

/** Answers everything below /approve/. `now` in milliseconds since 1970. */
export async function approvalPage(
  database: Database,
  key: string,
  { method, target, body }: PageRequest,
  now: number,
): Promise<PageReply> {
  const link = readLink(target, key);
  if (link === undefined) return page(404, "Not a valid link", "<p>This link is incomplete, or was not made here.</p>");
  const approval = await findApproval(database, link.id);
  // Whether a request exists is told only to those who have a link that we signed.
  // A request that is asked for again after a restart keeps its own expiry, and gets a link with a later one.
  if (approval === undefined || link.expires <= now)
    return page(410, "Gone", "<p>This request is no longer known here, or the link has expired.</p>");
  if (method === "POST") return answer(database, approval, new URLSearchParams(body), now);
  return page(200, question(approval), details(approval) + (stateOf(approval, now) ?? form()));
}

async function answer(database: Database, approval: Approval, sent: URLSearchParams, now: number): Promise<PageReply> {
  const said = sent.get("answer");
  if (said !== "approved" && said !== "denied") return page(400, question(approval), details(approval) + form());
  const name = (sent.get("name") ?? "").replaceAll(/\p{C}/gu, "").trim().slice(0, 80);
  const by = name === "" ? "somebody with the link" : `${name}, by link`;
  const result = await answerApproval(database, approval.id, said, by, now);
  const current = (await findApproval(database, approval.id)) ?? approval;
  return page(result === "accepted" ? 200 : 409, question(approval), details(current) + (stateOf(current, now) ?? ""));
}

/** Why there is nothing to answer any more, if so. */
function stateOf({ answer, answeredBy = "", answeredAt = 0, expires }: Approval, now: number): string | undefined {
  if (answer !== undefined)
    return `<p><strong>${answer === "approved" ? "Approved" : "Denied"}</strong> by ${escape(answeredBy)}, ${time(answeredAt)}.</p>`;
  return expires <= now
    ? `<p>This request has expired (${time(expires)}). The deployment ended without a change.</p>`
    : undefined;
}

function question({ service, environment }: Approval): string {
  return `Deploy ${service} to ${environment}?`;
}

/** The form has no address: it goes to the page's own, signature included. */
function form(): string {
  return `<form method="post">
<p><label>Your name <input name="name" maxlength="80" autocomplete="name"></label></p>
<p><button name="answer" value="approved">Approve</button> <button name="answer" value="denied">Deny</button></p>
</form>`;
}

function page(status: number, title: string, content: string): PageReply {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}button,input{font:inherit;padding:.3rem .8rem}dt{color:#666}</style>
</head><body><h1>${escape(title)}</h1>
${content}
</body></html>
`;
  return { status, headers, body };
}

function details({ what, by, requested, expires }: Approval): string {
  return `<dl><dt>What</dt><dd>${escape(what)}</dd><dt>Asked by</dt><dd>${escape(by)}, ${time(requested)}</dd><dt>Until</dt><dd>${time(expires)}</dd></dl>`;
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** What stands here comes from repositories and from people: none of it may become markup. */
function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
