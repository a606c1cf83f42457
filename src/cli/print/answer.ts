// What explains an error, for people: what happened, why here, what to do, how to check it.

import { styleText } from "node:util";
import { redactSecrets } from "../../config/redact.ts";
import type { Answer, Explanation } from "../../doctor/explain/explain.ts";
import type { Change, Evidence } from "../../doctor/explain/symptom.ts";
import { hang } from "./wrap.ts";

const bold = (text: string): string => styleText("bold", text);
const dim = (text: string): string => styleText("dim", text);

/** `columns`: how wide the terminal is. */
export function formatAnswer({ explanations, suspects, notes }: Answer, columns: number): string {
  const width = Math.min(100, Math.max(60, columns));
  const noted = notes.map((note) => dim(`note: ${note}`));
  const [first, ...others] = explanations;
  if (first === undefined) return `${[unknown(suspects), ...noted].join("\n\n")}\n`;
  const also = others.map((each) => {
    const line = `  line ${each.line.number}: ${short(each.line.text)}`;
    return `${bold(`Also: ${each.symptom.title}`)} (${each.symptom.id})\n${dim(line)}\n${hang("  ", each.fix, width)}`;
  });
  return `${[whole(first, width), ...also, ...noted].join("\n\n")}\n`;
}

function whole(explanation: Explanation, width: number): string {
  const { symptom, line, happened, evidence, fix, commands, change, check } = explanation;
  return [
    `${styleText(["bold", "red"], symptom.title)} ${dim(`(${symptom.id})`)}\n${dim(`  line ${line.number}: ${short(line.text)}`)}`,
    part("What happened", [hang("  ", clean(happened), width)]),
    ...(evidence.length === 0
      ? []
      : [
          part(
            "Why here",
            evidence.map((each) => evidenceText(each, width)),
          ),
        ]),
    part("What to do", [
      hang("  ", clean(fix), width),
      ...(change === undefined ? [] : [changeText(change)]),
      ...(commands.length === 0 ? [] : [`\n${commands.map((each) => `    ${clean(each)}`).join("\n")}`]),
    ]),
    part(
      "How to check",
      check.map((each) => `    ${clean(each)}`),
    ),
  ].join("\n\n");
}

function part(title: string, lines: readonly string[]): string {
  return [bold(title), ...lines].join("\n");
}

function evidenceText({ file, line, text, says }: Evidence, width: number): string {
  const place = line === undefined ? file : `${file}:${line}`;
  const shown = text === "" ? "" : `  ${short(text)}`;
  return `  ${styleText("cyan", clean(place))}${shown}\n${hang("      ", clean(says), width)}`;
}

/** As a diff shows it, without its headers. */
function changeText({ file, line, before, after }: Change): string {
  const lines = [
    ...before.map((each) => styleText("red", `    - ${clean(each)}`)),
    ...after.map((each) => styleText("green", `    + ${clean(each)}`)),
  ];
  return ["", `    ${clean(file)}${line === undefined ? "" : `:${line}`}`, ...lines].join("\n");
}

function unknown(suspects: Answer["suspects"]): string {
  if (suspects.length === 0) return "The text is empty: pass what the command printed, standard error included (2>&1).";
  const lines = suspects.map(({ number, text }) => `  line ${number}: ${short(text)}`);
  return [
    `${bold("Nothing in this text is known.")} These lines look like the cause:`,
    lines.join("\n"),
    `To learn more, let the tool say more and explain that:
    go build -x ./... 2>&1 | fairlead explain -
    docker build --progress=plain --no-cache . 2>&1 | fairlead explain -
    GIT_TRACE=1 GIT_CURL_VERBOSE=1 git fetch 2>&1 | fairlead explain -
    npm ci --loglevel=verbose 2>&1 | fairlead explain -`,
  ].join("\n\n");
}

/** A line of the text: anybody's, and perhaps long. */
function short(text: string): string {
  const line = redactSecrets(clean(text.trim()));
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

function clean(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ");
}
