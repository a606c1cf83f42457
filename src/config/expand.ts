import { isSecretName } from "./redact.ts";

/** A text with its variables filled in. */
export interface Expansion {
  readonly text: string;
  /** Variables that are not set and have no default. */
  readonly missing: readonly string[];
  /** Values of variables that hold a secret by their name. */
  readonly secrets: readonly string[];
  /** A `${` that begins no variable: what follows it. */
  readonly malformed: string | undefined;
}

/**
 * Fills in `${NAME}` and `${NAME:-default}` as a shell does: with `:-`, an empty variable counts as unset. `$${` stands for
 * a plain `${`. What a variable holds is not expanded again.
 */
export function expand(text: string, env: NodeJS.ProcessEnv): Expansion {
  const missing: string[] = [];
  const secrets: string[] = [];
  let malformed: string | undefined;
  const expanded = text.replaceAll(
    /\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g,
    (whole: string, name: string | undefined, byDefault: string | undefined, offset: number) => {
      if (whole === "$${") return "${";
      if (name === undefined) {
        malformed ??= text.slice(offset, offset + 30);
        return whole;
      }
      const value = env[name];
      if (value !== undefined && (value !== "" || byDefault === undefined)) {
        if (isSecretName(name)) secrets.push(value);
        return value;
      }
      if (byDefault === undefined) missing.push(name);
      return byDefault ?? "";
    },
  );
  return { text: expanded, missing, secrets, malformed };
}
