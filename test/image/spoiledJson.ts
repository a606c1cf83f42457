import fc from "fast-check";

/** Puts a value into a JSON document's place that is the nth of all its places, or takes the place away. */
function spoilAt(document: unknown, nth: number, value: unknown): unknown {
  let left = nth % Math.max(1, placesOf(document));
  const visit = (node: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, visit(each)]));
  };
  return visit(document);
}

function placesOf(node: unknown): number {
  if (typeof node !== "object" || node === null) return 1;
  return Object.values(node).reduce((sum: number, each) => sum + placesOf(each), 1);
}

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    "..",
    "/",
    "\0",
    "\u001b[2J",
    "../../../etc/passwd",
    "sha256:",
    `sha256:${"0".repeat(64)}`,
    "a=",
    "=",
  ),
  fc.constantFrom("x".repeat(100_000), "/x".repeat(5000), ":".repeat(5000), "1e400", "-1", "99999999999999999999"),
);
const value = fc.oneof(
  fc.constantFrom(undefined, null, true, -1, 0, 1.5, 1e300, Number.MAX_SAFE_INTEGER, [], {}),
  text,
  fc.array(text, { maxLength: 4 }),
  fc.dictionary(text, text, { maxKeys: 4 }),
  fc.jsonValue(),
);

/** Changes of a JSON document: some places of it get another value, or go. */
export const spoiling: fc.Arbitrary<(document: unknown) => unknown> = fc
  .array(fc.tuple(fc.nat(60), value), { minLength: 1, maxLength: 3 })
  .map((changes) => (document) => changes.reduce((spoiled, [nth, put]) => spoilAt(spoiled, nth, put), document));
