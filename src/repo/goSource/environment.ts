/** The settings that a program reads from its environment, by name. */
import { callsOf } from "./calls.ts";
import { type Constants, evaluate } from "./constants.ts";
import { stringValue, type Token } from "../../gomod/source/tokens.ts";

/** os.Getenv, os.LookupEnv, and what people call their own around them: getEnv, envOr, GetEnvOrDefault, envString. */
export const environmentName: RegExp = /^(must)?(get|lookup|read)?_?env/i;

/** The names that stand there as constants, in the order of the source, each once. */
export function environmentOf(tokens: readonly Token[], constants: Constants): readonly string[] {
  const called = callsOf(tokens, (name) => environmentName.test(name)).map(({ args }) => {
    return evaluate(args[0] ?? [], constants);
  });
  const tagged = tokens
    .filter(({ kind, text }) => kind === "string" && text.startsWith("`"))
    .map(({ text }) => /\benv(?:config)?:"([^",]*)/.exec(stringValue(text))?.[1]);
  const names = [...called, ...tagged].filter(
    (name) => typeof name === "string" && /^[A-Z][A-Z0-9_]{0,63}$/.test(name),
  );
  return [...new Set(names)].map(String);
}
