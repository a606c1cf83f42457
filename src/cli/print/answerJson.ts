import { redactSecrets } from "../../config/redact.ts";
import type { Answer, Explanation } from "../../doctor/explain/explain.ts";

export function answerJson({ explanations, suspects, notes }: Answer): object {
  return {
    explanations: explanations.map(explanationJson),
    suspects: suspects.map(({ number, text }) => ({ line: number, text: redactSecrets(text) })),
    notes,
  };
}

export function explanationJson({ symptom, cause, isProven, line, ...told }: Explanation): object {
  const { happened, evidence, fix, commands, change, check } = told;
  return {
    symptom: symptom.id,
    title: symptom.title,
    cause,
    proven: isProven,
    line: { number: line.number, text: redactSecrets(line.text) },
    happened,
    evidence: evidence.map((each) => ({ ...each, text: redactSecrets(each.text) })),
    fix,
    commands,
    change,
    check,
    rules: symptom.rules ?? [],
  };
}
