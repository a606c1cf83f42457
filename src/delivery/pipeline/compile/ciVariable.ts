// Values that a CI fills in. fairlead.yaml may say `${NAME}`; a compiled file must say the CI's own way of naming that
// variable, and never what it holds here. So for compiling, the settings are read in surroundings where every such variable
// holds a mark in its own name, and the marks are found again in the values.

import { expand } from "../../../config/expand.ts";

// Private-use characters: no keyboard types them, and what does hold them is refused.
const open = "\uE000";
const close = "\uE001";

/** Surroundings for reading a settings file by name: each variable that the text asks for and gives no default for. */
export function markedEnvironment(text: string): Record<string, string> {
  const names = expand(text.replaceAll(open, "").replaceAll(close, ""), {}).missing;
  return Object.fromEntries(names.map((name) => [name, marked(name)]));
}

export function marked(name: string): string {
  return `${open}${name}${close}`;
}

export type ValuePart = { readonly text: string } | { readonly variable: string };

/** A value as its literal parts and the variables between them. */
export function partsOf(value: string): ValuePart[] {
  return value
    .split(/(\uE000[A-Za-z_][A-Za-z0-9_]*\uE001)/)
    .filter((part) => part !== "")
    .map((part) => (part.startsWith(open) ? { variable: part.slice(1, -1) } : { text: part }));
}
