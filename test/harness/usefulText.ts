import { expect } from "vitest";
import type { Exchange } from "./exchange.ts";

/**
 * What the go command shows its user of a refusal: text/plain only, up to eight lines or a blank one, 648 bytes.
 * Fails if the answer is of another kind, or has nothing to show.
 *
 * Source: cmd/go/internal/web/api.go, HTTPError and formatted detail.
 */
export function usefulText(answer: Exchange): string {
  expect(answer.headers["content-type"]).toMatch(/^text\/plain(; charset=(utf-8|us-ascii))?$/i);
  const [shown = ""] = answer.body
    .subarray(0, 648)
    .toString("utf8")
    .split(/\n\s*\n/);
  const text = shown.split("\n").slice(0, 8).join("\n");
  expect(text.trim()).not.toBe("");
  // oxlint-disable-next-line no-control-regex -- what a terminal would obey must not be there
  expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
  return text;
}
