// Where no symptom is known: the lines that look like what went wrong, so that a person starts there.

import type { ErrorLine } from "./errorText.ts";

const looksBad =
  /\b(?:error|err!|fatal|panic|failed|failure|cannot|can't|could not|couldn't|unable|denied|refused|not found|no such|undefined|unknown|invalid|missing|killed|timed? ?out)\b/i;
/** What tools print on their way out, whatever happened. */
const saysNothing =
  /^(?:exit status \d+|FAIL|make(?:\[\d+\])?: .*|Error: Process completed with exit code \d+.*|ERROR: Job failed.*|\d+ errors? generated.*|0 (?:errors|failures).*|.*\b0 (?:errors|failed)\b.*)$/i;
const mostShown = 5;

export function suspectLines(
  lines: readonly ErrorLine[],
): readonly { readonly number: number; readonly text: string }[] {
  const bad = lines.filter(({ text }) => looksBad.test(text) && !saysNothing.test(text.trim()));
  const failing = bad.filter(({ isOfFailure }) => isOfFailure);
  const shown = failing.length > 0 ? failing.slice(0, mostShown) : bad.slice(-mostShown);
  const last = lines.at(-1);
  const some = shown.length > 0 || last === undefined ? shown : [last];
  return some.map(({ number, text }) => ({ number, text: text.trim() }));
}
