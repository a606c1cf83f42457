import { stripVTControlCharacters } from "node:util";

/** Breaks a text into lines of at most `width` columns, at blanks alone: a URL is never cut. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Colours take no room. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** The text behind a label, its further lines below its first. */
export function hang(label: string, text: string, columns = 80): string {
  const [first = "", ...more] = wrap(text, Math.max(20, columns - widthOf(label)));
  const indent = " ".repeat(widthOf(label));
  return [`${label}${first}`, ...more.map((line) => `${indent}${line}`)].join("\n");
}
