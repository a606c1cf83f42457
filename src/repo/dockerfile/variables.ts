// `$NAME`, `${NAME}`, `${NAME:-default}` in a Dockerfile's instructions (Dockerfile reference, "Environment replacement").

export type Variables = ReadonlyMap<string, string>;

/** The text with what is known filled in; a variable that nobody sets stays as it is written. */
export function expand(text: string, variables: Variables): string {
  return text.replaceAll(
    /\\\$|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?([-+])([^{}]*))?\})/g,
    (
      written: string,
      plain: string | undefined,
      braced: string | undefined,
      operator: string | undefined,
      word = "",
    ) => {
      const name = plain ?? braced;
      if (name === undefined) return "$";
      const value = variables.get(name);
      if (operator === "+") return value === undefined ? "" : expand(String(word), variables);
      return value ?? (operator === "-" ? expand(String(word), variables) : written);
    },
  );
}

/** Whether something in it is not known before the build. */
export function isOpen(text: string): boolean {
  return /\$[A-Za-z_{]/.test(text);
}
