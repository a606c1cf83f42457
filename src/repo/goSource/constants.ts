/**
 * What an expression is worth where its source alone says it: literals, names with one constant value in the file, sums of
 * those, and the few calls that people build addresses with. Everything else is undefined: this guesses nothing.
 */
import { stringValue, type Token } from "../../gomod/source/tokens.ts";

export type ConstantValue = string | number;

/** The names of a file that are given one constant and no other, whatever their scope. */
export type Constants = ReadonlyMap<string, ConstantValue>;

/** Longer expressions aren't addresses. */
const maxTokens = 60;

/** Reads `name = "literal"`, `name := 8080` and `name string = …` wherever they stand. Comments must have been left out. */
export function readConstants(tokens: readonly Token[]): Constants {
  const found = new Map<string, ConstantValue>();
  const ambiguous = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    if (token.text !== "=" && token.text !== ":=") continue;
    const [literal, after] = [tokens[index + 1], tokens[index + 2]];
    const value = literal === undefined ? undefined : literalValue(literal);
    if (value === undefined || after === undefined || /^([-+*/%&|^.[(,]|&&|\|\|)$/.test(after.text)) continue;
    const [before, more] = [tokens[index - 1], tokens[index - 2]];
    if (before?.kind !== "name" || more?.text === "." || more?.text === ",") continue;
    // `var addr string = …`: the type stands between.
    const typed = token.text === "=" && more?.kind === "name" && !["var", "const"].includes(more.text);
    const name = typed ? more.text : before.text;
    if (found.has(name) && found.get(name) !== value) ambiguous.add(name);
    found.set(name, value);
  }
  for (const name of ambiguous) found.delete(name);
  return found;
}

function literalValue({ kind, text }: Token): ConstantValue | undefined {
  if (kind === "string") return stringValue(text);
  if (kind !== "number" || !/^[\d_]+$/.test(text)) return undefined;
  const value = Number(text.replaceAll("_", ""));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The value of an expression; undefined where it isn't constant. */
export function evaluate(expression: readonly Token[], constants: Constants): ConstantValue | undefined {
  if (expression.length === 0 || expression.length > maxTokens) return undefined;
  const terms = splitAt(expression, "+");
  if (terms.length > 1) {
    const values = terms.map((term) => evaluate(term, constants));
    if (!values.every((value) => value !== undefined)) return undefined;
    return values.every((value) => typeof value === "number") ? undefined : values.join("");
  }
  const [first] = expression;
  if (first === undefined) return undefined;
  if (expression.length === 1) return literalValue(first) ?? constants.get(first.text);
  if (first.text === "(" && expression.at(-1)?.text === ")") return evaluate(expression.slice(1, -1), constants);
  return evaluateCall(expression, constants);
}

/** `fmt.Sprintf(":%d", port)`, `net.JoinHostPort("", port)`, `strconv.Itoa(port)`, `string(port)`. */
function evaluateCall(expression: readonly Token[], constants: Constants): ConstantValue | undefined {
  const open = expression.findIndex(({ text }) => text === "(");
  if (open < 1 || expression.at(-1)?.text !== ")") return undefined;
  const callee = expression
    .slice(0, open)
    .map(({ text }) => text)
    .join("");
  const values = splitAt(expression.slice(open + 1, -1), ",").map((each) => evaluate(each, constants));
  if (!values.every((value) => value !== undefined)) return undefined;
  const [first = "", second = ""] = values;
  switch (callee) {
    case "fmt.Sprintf":
      return format(String(first), values.slice(1));
    case "net.JoinHostPort":
      return `${first}:${second}`;
    case "strconv.Itoa":
    case "fmt.Sprint":
    case "string":
    case "int":
      return values.length === 1 ? first : undefined;
    default:
      return undefined;
  }
}

function format(pattern: string, values: readonly ConstantValue[]): string | undefined {
  let used = 0;
  const text = pattern.replaceAll(/%([dsv])/g, () => String(values[used++] ?? ""));
  return used === values.length && !text.includes("%") ? text : undefined;
}

/** The parts between the separators that stand outside of all brackets. */
export function splitAt(tokens: readonly Token[], separator: string): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "operator" && /^[([{]$/.test(token.text)) depth++;
    if (token.kind === "operator" && /^[)\]}]$/.test(token.text)) depth--;
    if (depth === 0 && token.text === separator) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  const isEmptyEnd = parts.length > 1 && parts.at(-1)?.length === 0;
  return isEmptyEnd ? parts.slice(0, -1) : parts;
}
