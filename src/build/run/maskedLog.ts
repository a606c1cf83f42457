import { redactSecrets } from "../../config/redact.ts";
import type { BuildLog } from "../log/buildLog.ts";

/**
 * The log without the values of the build's secrets: docker masks none, and a step that prints one would carry it into CI
 * logs, reports and timelines.
 */
export function maskedLog(log: BuildLog, secrets: readonly string[]): BuildLog {
  if (secrets.length === 0) return log;
  const mask = (text: string): string => redactSecrets(text, secrets);
  const maskMaybe = (text: string | undefined): string | undefined => (text === undefined ? undefined : mask(text));
  return {
    ...log,
    steps: log.steps.map((step) => ({
      ...step,
      name: mask(step.name),
      instruction: mask(step.instruction),
      activity: maskMaybe(step.activity),
      log: step.log.map(mask),
      error: maskMaybe(step.error),
    })),
    warnings: log.warnings.map((warning) => ({ ...warning, text: mask(warning.text) })),
    failure:
      log.failure === undefined
        ? undefined
        : {
            ...log.failure,
            message: mask(log.failure.message),
            line: mask(log.failure.line),
            source: log.failure.source && { ...log.failure.source, text: mask(log.failure.source.text) },
          },
  };
}
