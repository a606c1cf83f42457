import { entriesOf, type YamlNode, type YamlScalar } from "../../../repo/ci/yamlTree.ts";
import { defineRule, type Rule } from "../../rule.ts";

/** Keywords whose value is a list of words. */
const lists: ReadonlySet<string> = new Set(
  "script before_script after_script tags only except needs dependencies stages paths branches files extends".split(
    " ",
  ),
);

export const rule: Rule = defineRule({
  id: "ci/dash-without-space",
  title: "a list item's dash has no space behind it",
  severity: "error",
  why: "`-tag` is a text that begins with a dash, and no list item; below another item it becomes the end of that one's text.",
  source: "https://yaml.org/spec/1.2.2/#821-block-sequences",
  examples: {
    bad: { ".gitlab-ci.yml": "test:\n  tags:\n    -docker\n  script:\n    - go test ./...\n" },
    good: { ".gitlab-ci.yml": "test:\n  tags:\n    - docker\n  script:\n    - go test ./...\n" },
    fixed: { ".gitlab-ci.yml": "test:\n  tags:\n    - docker\n  script:\n    - go test ./...\n" },
    silent: {
      "flags on the next line": {
        ".gitlab-ci.yml": "build:\n  script:\n    - docker build\n      -t app\n      -f Dockerfile .\n",
      },
      "a value that begins with a dash": {
        ".gitlab-ci.yml": "build:\n  variables: { GOFLAGS: -trimpath }\n  script: [make]\n",
      },
      "flags in a block": { ".gitlab-ci.yml": "build:\n  script:\n    - >\n      docker build\n      -t app .\n" },
    },
  },
  *check({ ci, text }) {
    for (const { files } of ci)
      for (const { file, root } of files) {
        const source = text(file) ?? "";
        for (const { scalar, key } of scalars(root, "")) {
          const places = stuckDashes(scalar, source, lists.has(key));
          const [first] = places;
          if (first === undefined) continue;
          yield {
            file,
            start: scalar.start,
            end: scalar.end,
            message: `${/^-\S*/.exec(source.slice(first))?.[0] ?? ""} is no list item without a space behind the dash: it is read as ${JSON.stringify(scalar.text.length > 60 ? `${scalar.text.slice(0, 60)}…` : scalar.text)}`,
            fix: {
              safe: true,
              title: "a space behind the dash",
              edits: places.map((at) => ({ file, start: at + 1, end: at + 1, text: " " })),
            },
          };
        }
      }
  },
});

function* scalars(node: YamlNode | undefined, key: string): Generator<{ scalar: YamlScalar; key: string }> {
  if (node?.kind === "scalar" && node.style === "plain") yield { scalar: node, key };
  if (node?.kind === "list") for (const item of node.items) yield* scalars(item, "");
  for (const [name, { value }] of entriesOf(node)) yield* scalars(value, name);
}

/** Where a line of the scalar begins with a dash and a word, at the column at which the list's items begin. */
function stuckDashes({ start, end }: YamlScalar, source: string, isListExpected: boolean): readonly number[] {
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const before = source.slice(lineStart, start);
  // On a line of its own below a keyword that takes a list; or the item's own dash, which its siblings stand below.
  const column =
    /^\s*$/.test(before) && isListExpected ? before.length : /^\s*- $/.test(before) ? before.length - 2 : -1;
  if (column < 0) return [];
  const found: number[] = [];
  for (let at = /^\s*$/.test(before) ? lineStart : source.indexOf("\n", start) + 1; at > 0 && at < end;) {
    const line = /^[^\n]*/.exec(source.slice(at))?.[0] ?? "";
    if (/^ *-[\w./$"']/.test(line) && line.indexOf("-") === column) found.push(at + column);
    const next = source.indexOf("\n", at);
    if (next < 0) break;
    at = next + 1;
  }
  return found;
}
