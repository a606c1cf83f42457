import { redactSecrets } from "../../config/redact.ts";
import type { Explanation } from "../../doctor/explain/explain.ts";
import { hang } from "./wrap.ts";

/** What is known of a failure in a few lines: what, where, what to do, and where there is more. */
export function briefExplanation({ symptom, isProven, evidence, fix }: Explanation): readonly string[] {
  const more = `more: fairlead explain ${symptom.id}`;
  if (!isProven) return [symptom.title, `  ${more}`];
  const places = evidence.slice(0, 2).map(({ file, line, text }) => {
    const place = line === undefined ? file : `${file}:${line}`;
    return `  ${clean(text === "" ? place : `${place}  ${redactSecrets(text)}`)}`;
  });
  return [symptom.title, ...places, ...hang("  ", clean(fix), 100).split("\n"), `  ${more}`];
}

function clean(text: string): string {
  const line = text.replaceAll(/\p{Cc}/gu, " ");
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}
