import type { Constraint } from "../../gomod/source/constraint.ts";

/** Whether the constraint asks for a build without cgo somewhere: the file is the way round it. */
export function mentionsNoCgo(constraint: Constraint, negated: boolean = false): boolean {
  switch (constraint.kind) {
    case "tag":
      return negated && constraint.tag === "cgo";
    case "not":
      return mentionsNoCgo(constraint.of, !negated);
    case "and":
    case "or":
      return mentionsNoCgo(constraint.left, negated) || mentionsNoCgo(constraint.right, negated);
  }
}
