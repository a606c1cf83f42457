/**
 * Writes what we made of somebody else's names and lines. Of control characters only our own colours and line ends reach the
 * terminal: a file may be called after an escape sequence that moves the cursor, renames the window or hides what stands before.
 */
export function printText(text: string): void {
  process.stdout.write(shownText(text));
}

/** What is not shown as itself is shown as U+FFFD. */
export function shownText(text: string): string {
  return text.replaceAll(controls, (found) =>
    colour.test(found) ? found : found.replaceAll(/\p{Cc}|\p{Cf}/gu, "\u{fffd}"),
  );
}

/** A colour as styleText writes it, or one other control character; direction marks let text read as what it is not. */
const controls = /\p{Cc}\[[\d;]{0,20}m|[\u200e\u200f\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\n\t]/gu;
const colour = new RegExp(`^${String.fromCodePoint(0x1b)}\\[`);
