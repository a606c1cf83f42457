// Links that answer a request: whoever has one may answer, as with a letter. Signed with the key of the settings, so that
// nobody makes one up; each is good for one answer, until the request expires.

import { createHmac, timingSafeEqual } from "node:crypto";
import type { Approval } from "./approvals.ts";

/** Where `fairlead up` answers them. */
export const approvalPrefix = "/approve/";

/** `url` is where people reach `fairlead up`. */
export function approvalLink(url: string, key: string, { id, expires }: Pick<Approval, "id" | "expires">): string {
  return `${url.replace(/\/$/, "")}${approvalPrefix}${id}?expires=${expires}&signature=${sign(key, id, expires)}`;
}

export interface SignedRequest {
  readonly id: string;
  readonly expires: number;
}

/** What a link's path and query say, if we signed it; undefined otherwise. The target is an attacker's. */
export function readLink(target: string, key: string): SignedRequest | undefined {
  const match = /^\/approve\/([a-z0-9]{1,20})\?expires=(\d{1,15})&signature=([\w-]{43})$/.exec(target);
  if (match === null) return undefined;
  const [, id = "", expires = "", signature = ""] = match;
  const expected = Buffer.from(sign(key, id, Number(expires)));
  // Constant time: the comparison must not tell how much of a guess was right.
  if (!timingSafeEqual(expected, Buffer.from(signature))) return undefined;
  return { id, expires: Number(expires) };
}

function sign(key: string, id: string, expires: number): string {
  // The first line keeps what is signed here from meaning anything elsewhere.
  return createHmac("sha256", key).update(`fairlead approval 1\n${id}\n${expires}`).digest("base64url");
}
