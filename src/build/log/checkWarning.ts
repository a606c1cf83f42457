import type { BuildWarning } from "./buildLog.ts";

/** `JSONArgsRecommended: JSON arguments recommended for CMD … (line 9)` */
export function checkWarning(text: string): BuildWarning {
  const [, rule, message = text, line] =
    /^(?:([A-Z][A-Za-z]{3,60}): )?(.*?)(?: \(line (\d{1,7})\))?$/s.exec(text) ?? [];
  return { text: message, rule, line: line === undefined ? undefined : Number(line), url: undefined };
}
