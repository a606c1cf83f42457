// Which metrics a PromQL query reads. Not a parser of PromQL: Prometheus parses it, and this only has to find the names,
// so that one that is misspelt is told from one that counted nothing.

const token =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*|[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9][0-9a-zA-Z.]*|[{}[\]()]|[^\s]/g;

/** Words that stand where a metric could. */
const words = new Set(
  "and or unless atan2 bool offset by without on ignoring group_left group_right inf nan start end".split(" "),
);
/** Words before a list of labels. */
const beforeLabels = new Set(["by", "without", "on", "ignoring", "group_left", "group_right"]);

/** Each name once. Names given as `{__name__="…"}` are found too. */
export function metricNames(query: string): string[] {
  const tokens = query.match(token) ?? [];
  const names = new Set<string>();
  let skipTo: string | undefined;
  for (const [index, each] of tokens.entries()) {
    const next = tokens[index + 1];
    if (skipTo === "}" && each === "__name__" && next === "=") names.add(unquoted(tokens[index + 2] ?? ""));
    if (skipTo !== undefined) {
      if (each === skipTo) skipTo = undefined;
    } else if (each === "{") skipTo = "}";
    else if (each === "[") skipTo = "]";
    else if (each === "(" && beforeLabels.has((tokens[index - 1] ?? "").toLowerCase())) skipTo = ")";
    // A word before a parenthesis is a function or an aggregation; `sum by (x) (…)` has its word before `by`.
    else if (/^[a-zA-Z_:]/.test(each) && next !== "(" && !words.has(each.toLowerCase()) && !isAggregation(each, next))
      names.add(each);
  }
  return [...names];
}

function isAggregation(word: string, next: string | undefined): boolean {
  return /^[a-z_]+$/.test(word) && (next?.toLowerCase() === "by" || next?.toLowerCase() === "without");
}

function unquoted(text: string): string {
  return text.slice(1, -1);
}
