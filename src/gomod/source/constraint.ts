/**
 * Build constraints: `//go:build linux && !cgo`, and the lines `// +build linux,!cgo darwin` from before Go 1.17
 * (https://pkg.go.dev/go/build/constraint).
 */
import { type BuildContext, tagHolds } from "./buildContext.ts";

/** A constraint as a tree. */
export type Constraint =
  | { readonly kind: "tag"; readonly tag: string }
  | { readonly kind: "not"; readonly of: Constraint }
  | { readonly kind: "and" | "or"; readonly left: Constraint; readonly right: Constraint };

/** Reports whether a constraint holds in a build. */
export function constraintHolds(constraint: Constraint, context: BuildContext): boolean {
  return evaluateConstraint(constraint, (tag) => tagHolds(tag, context));
}

/** Reports whether a constraint holds where these tags do. */
export function evaluateConstraint(constraint: Constraint, holds: (tag: string) => boolean): boolean {
  switch (constraint.kind) {
    case "tag":
      return holds(constraint.tag);
    case "not":
      return !evaluateConstraint(constraint.of, holds);
    case "and":
      return evaluateConstraint(constraint.left, holds) && evaluateConstraint(constraint.right, holds);
    case "or":
      return evaluateConstraint(constraint.left, holds) || evaluateConstraint(constraint.right, holds);
  }
}

/**
 * Reports whether some build may take in a file with this constraint, as `go mod tidy` and `go mod vendor` ask: every tag may
 * hold or not, but for `ignore`, which never does (cmd/go/internal/imports, ShouldBuild with AnyTags).
 */
export function mayBeBuilt(constraint: Constraint | undefined): boolean {
  return constraint === undefined || mayBe(constraint, true);
}

function mayBe(constraint: Constraint, wanted: boolean): boolean {
  switch (constraint.kind) {
    case "tag":
      return constraint.tag === "ignore" ? false : wanted;
    case "not":
      return !mayBe(constraint.of, !wanted);
    case "and":
      return mayBe(constraint.left, wanted) && mayBe(constraint.right, wanted);
    case "or":
      return mayBe(constraint.left, wanted) || mayBe(constraint.right, wanted);
  }
}

/** The constraint as a `//go:build` line has it, with no more brackets than it needs. */
export function formatConstraint(constraint: Constraint): string {
  switch (constraint.kind) {
    case "tag":
      return constraint.tag;
    case "not":
      return `!${formatWithin(constraint.of, "and", "or")}`;
    case "and":
      return `${formatWithin(constraint.left, "or")} && ${formatWithin(constraint.right, "or")}`;
    case "or":
      return `${formatWithin(constraint.left, "and")} || ${formatWithin(constraint.right, "and")}`;
  }
}

function formatWithin(constraint: Constraint, ...bracketed: readonly Constraint["kind"][]): string {
  const text = formatConstraint(constraint);
  return bracketed.includes(constraint.kind) ? `(${text})` : text;
}

/** All of these; undefined for none. The tree is balanced: a hostile file may have a million lines. */
export function allOf(constraints: readonly Constraint[]): Constraint | undefined {
  if (constraints.length < 2) return constraints[0];
  const middle = constraints.length >> 1;
  const left = allOf(constraints.slice(0, middle));
  const right = allOf(constraints.slice(middle));
  return left === undefined || right === undefined ? (left ?? right) : { kind: "and", left, right };
}
