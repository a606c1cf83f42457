/** Reads the lines that hold build constraints, of both kinds (https://pkg.go.dev/go/build/constraint). */
import { ModuleError } from "../error.ts";
import { isDigit, isLetter } from "../unicode.ts";
import { fields, trimSpace } from "../utf8.ts";
import type { Constraint } from "./constraint.ts";

/** go/build/constraint, maxSize and maxOldSize: so many operands, which keeps trees from being deep. */
const maxOperands = 1000;
const maxOldOperators = 100;

/** The expression of a `//go:build` line; undefined for other lines. */
function goBuildText(line: string): string | undefined {
  return textAfter(line, "//go:build", line);
}

/** The expression of a `// +build` line; undefined for other lines. */
export function plusBuildText(line: string): string | undefined {
  return line.startsWith("//") ? textAfter(trimSpace(line.slice(2)), "+build", line) : undefined;
}

function textAfter(text: string, mark: string, line: string): string | undefined {
  const newline = line.indexOf("\n");
  if (!text.startsWith(mark) || (newline >= 0 && newline < line.length - 1)) return undefined;
  const rest = trimSpace(text).slice(mark.length);
  const expression = trimSpace(rest);
  // `//go:buildsomething` is another directive.
  return rest !== "" && rest.length === expression.length ? undefined : expression;
}

/**
 * Reads a line of either kind (go/build/constraint, Parse).
 *
 * @throws ModuleError `invalidConstraint`, with Go's text
 */
export function parseConstraint(line: string): Constraint {
  const text = goBuildText(line);
  if (text !== undefined) return new ExpressionParser(text).parse();
  const old = plusBuildText(line);
  if (old !== undefined) return parsePlusBuild(old);
  throw fault("not a build constraint");
}

function fault(text: string): ModuleError {
  return new ModuleError("invalidConstraint", text);
}

/** How many UTF-16 units of a tag stand at `at`: letters, digits, `_` and `.`. */
function tagLength(text: string, at: number): number {
  let end = at;
  while (end < text.length) {
    const codePoint = text.codePointAt(end) ?? 0;
    if (!isLetter(codePoint) && !isDigit(codePoint) && codePoint !== 0x5f && codePoint !== 0x2e) break;
    end += codePoint > 0xffff ? 2 : 1;
  }
  return end - at;
}

const endOfExpression = "unexpected end of expression";

/** Recursive descent with one token ahead, over at most {@link maxOperands} operands. */
class ExpressionParser {
  readonly #text: string;
  #at = 0;
  #token = "";
  #isTag = false;
  #operands = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Constraint {
    const constraint = this.#or();
    if (this.#token !== "") throw fault(`unexpected token ${this.#token}`);
    return constraint;
  }

  #or(): Constraint {
    let left = this.#and();
    while (this.#token === "||") left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Constraint {
    let left = this.#not();
    while (this.#token === "&&") left = { kind: "and", left, right: this.#not() };
    return left;
  }

  #not(): Constraint {
    if (++this.#operands > maxOperands) throw fault("build expression too large");
    this.#next();
    if (this.#token !== "!") return this.#atom();
    this.#next();
    if (this.#token === "!") throw fault("double negation not allowed");
    return { kind: "not", of: this.#atom() };
  }

  #atom(): Constraint {
    if (this.#token === "(") return this.#bracketed();
    if (!this.#isTag) throw fault(this.#token === "" ? endOfExpression : `unexpected token ${this.#token}`);
    const tag = this.#token;
    this.#next();
    return { kind: "tag", tag };
  }

  #bracketed(): Constraint {
    const unclosed = "missing close paren";
    try {
      const inner = this.#or();
      if (this.#token !== ")") throw fault(unclosed);
      this.#next();
      return inner;
    } catch (error) {
      if (error instanceof ModuleError && error.message === endOfExpression) throw fault(unclosed);
      throw error;
    }
  }

  #next(): void {
    this.#isTag = false;
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
    const first = this.#text[this.#at] ?? "";
    let length = first === "" ? 0 : 1;
    if (first === "&" || first === "|") {
      if (this.#text[this.#at + 1] !== first) throw fault(`invalid syntax at ${first}`);
      length = 2;
    } else if (first !== "" && !"()!".includes(first)) {
      length = tagLength(this.#text, this.#at);
      const codePoint = this.#text.codePointAt(this.#at) ?? 0;
      if (length === 0) throw fault(`invalid syntax at ${String.fromCodePoint(codePoint).toWellFormed()}`);
      this.#isTag = true;
    }
    this.#token = this.#text.slice(this.#at, this.#at + length);
    this.#at += length;
  }
}

/** `linux,cgo !darwin`: blanks are "or", commas "and". What is no tag is `ignore`, which never holds. */
function parsePlusBuild(text: string): Constraint {
  let operators = 0;
  const join = (kind: "and" | "or", left: Constraint | undefined, right: Constraint): Constraint => {
    if (left === undefined) return right;
    if (++operators > maxOldOperators) throw fault("expression too complex for // +build lines");
    return { kind, left, right };
  };
  let whole: Constraint | undefined;
  for (const clause of fields(text)) {
    let all: Constraint | undefined;
    for (const literal of clause.split(",")) all = join("and", all, plusBuildLiteral(literal));
    if (all !== undefined) whole = join("or", whole, all);
  }
  return whole ?? { kind: "tag", tag: "ignore" };
}

function plusBuildLiteral(literal: string): Constraint {
  if (literal.startsWith("!!") || literal === "!") return { kind: "tag", tag: "ignore" };
  const negated = literal.startsWith("!");
  const name = negated ? literal.slice(1) : literal;
  const tag: Constraint = { kind: "tag", tag: name !== "" && tagLength(name, 0) === name.length ? name : "ignore" };
  return negated ? { kind: "not", of: tag } : tag;
}
