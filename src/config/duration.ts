import { InvalidValue } from "./invalidValue.ts";

/** A length of time in milliseconds: a number that says so in its type. */
export type Milliseconds = number & { readonly __unit?: "ms" };

// Largest first: the order in which formatDuration spends them.
const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/**
 * Reads a duration as Go's time.ParseDuration does, with `d` for days and without signs and units below a millisecond:
 * `500ms`, `60s`, `1.5h`, `1h30m`. A bare number is refused, because nobody can tell whether it means seconds.
 *
 * @throws InvalidValue
 */
export function parseDuration(text: string): Milliseconds {
  if (/^\d+(\.\d+)?$/.test(text)) {
    throw new InvalidValue(`${text} has no unit; write ${text}s for seconds or ${text}ms for milliseconds`);
  }
  if (!/^(\d+(\.\d+)?(d|h|ms|m|s))+$/.test(text)) {
    throw new InvalidValue(`${JSON.stringify(text)} is not a duration; write for example 500ms, 60s, 5m or 1h30m`);
  }
  let total = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(d|h|ms|m|s)/g)) {
    total += Number(amount) * (unitMs[unit] ?? 0);
  }
  return Math.round(total);
}

/** The shortest text that parseDuration reads as the same number: `1h30m`, `20s`, `0s`. */
export function formatDuration(duration: Milliseconds): string {
  if (duration === 0) return "0s";
  let rest = duration;
  let text = "";
  for (const [unit, size] of Object.entries(unitMs)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}
