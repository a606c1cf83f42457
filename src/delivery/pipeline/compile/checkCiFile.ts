import { unifiedDiff } from "../../../repo/unifiedDiff.ts";
import { isCompiled } from "./yamlText.ts";

export interface CiFileReport {
  readonly file: string;
  /** Made by `pipeline compile`; another file is only looked through for mistakes. */
  readonly compiled: boolean;
  readonly problems: readonly string[];
  /** From what is there to what would be compiled now; empty: they agree. */
  readonly diff: string;
}

/** Compares a CI file with what the pipeline compiles to now, and looks for needs and stages that nobody defines. */
export function checkCiFile(
  file: string,
  text: string,
  compile: () => string,
  problems: (text: string) => string[],
): CiFileReport {
  const compiled = isCompiled(text);
  return { file, compiled, problems: problems(text), diff: compiled ? unifiedDiff(file, text, compile()) : "" };
}
