import type { CiStep } from "../../../repo/ci/ciFile.ts";
import { entriesOf, nodeAt, textOf, type YamlNode } from "../../../repo/ci/yamlTree.ts";
import { jobsOf, placeOf, runs, seenAt } from "../../ciSteps.ts";
import type { Edit, Evidence } from "../../finding.ts";
import type { Facts } from "../../facts.ts";
import { defineRule, type Rule } from "../../rule.ts";

const ci = ".github/workflows/ci.yml";
const workflow = (checkout: string, run: string): string =>
  `on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v5\n${checkout}      - run: ${run}\n`;
const describe = 'go build -ldflags "-X main.version=$(git describe --tags)" .';

export const rule: Rule = defineRule({
  id: "ci/history-not-fetched",
  title: "a step needs tags or history, and only one commit is fetched",
  severity: "warning",
  why: 'actions/checkout fetches one commit and no tags: "fatal: No names found, cannot describe anything", or, in a substitution, an empty version in the program.',
  source: "https://github.com/actions/checkout#fetch-all-history-for-all-tags-and-branches",
  examples: {
    bad: { [ci]: workflow("", describe) },
    good: { [ci]: workflow("        with:\n          fetch-depth: 0\n", describe) },
    fixed: { [ci]: workflow("        with:\n          fetch-depth: 0\n", describe) },
    silent: {
      "tags are fetched later": { [ci]: workflow("", "git fetch --tags --unshallow && git describe") },
      "with another word if there is none": { [ci]: workflow("", "git describe --tags --always") },
      "of the commit alone": { [ci]: workflow("", "git rev-parse HEAD") },
      "goreleaser only looks at its settings": {
        [ci]: workflow("", "make").replace(
          /- run: .*/,
          "- uses: goreleaser/goreleaser-action@v6\n        with: { args: check }",
        ),
      },
      "a snapshot has no version": {
        [ci]: workflow("", "make").replace(
          /- run: .*/,
          "- uses: goreleaser/goreleaser-action@v6\n        with: { args: release --snapshot --clean }",
        ),
      },
      "goreleaser lists no changes of git's": {
        ".goreleaser.yml": "changelog:\n  use: github-native\n",
        [ci]: workflow("", "make").replace(
          /- run: .*/,
          "- uses: goreleaser/goreleaser-action@v6\n        with: { args: release --clean }",
        ),
      },
      "goreleaser is given its notes": {
        [ci]: workflow("", "make").replace(
          /- run: .*/,
          "- uses: goreleaser/goreleaser-action@v6\n        with: { args: release --release-notes=notes.md }",
        ),
      },
      "a second checkout in a folder of its own": {
        [ci]: workflow(
          "        with:\n          fetch-depth: 0\n      - uses: actions/checkout@v5\n        with: { path: other }\n",
          describe,
        ),
      },
    },
  },
  *check(facts) {
    for (const { vendor, steps } of jobsOf(facts)) {
      if (vendor !== "github") continue;
      for (const [index, checkout] of steps.entries()) {
        if (checkout.uses?.text.startsWith("actions/checkout@") !== true) continue;
        const { uses, with: inputs } = checkout;
        if (["fetch-depth", "fetch-tags", "repository", "path"].some((name) => nodeAt(inputs, name) !== undefined))
          continue;
        const reader = readerBehind(facts, steps.slice(index + 1));
        if (reader === undefined) continue;
        const edit = depthEdit(facts, checkout);
        yield {
          ...placeOf(uses),
          message: "this fetches one commit, and a later step asks for tags or for history: fetch-depth: 0",
          evidence: [reader],
          ...(edit === undefined ? {} : { fix: { safe: true, title: "fetch-depth: 0", edits: [edit] } }),
        };
      }
    }
  },
});

/** The step that needs more than one commit, unless something fetches it before. */
function readerBehind(facts: Facts, steps: readonly CiStep[]): Evidence | undefined {
  for (const { uses, with: inputs, script, commands } of steps) {
    if (uses?.text.startsWith("actions/checkout@") === true && nodeAt(inputs, "path") === undefined) return undefined;
    if (uses?.text.startsWith("goreleaser/goreleaser-action@") === true && releases(facts, inputs))
      return seenAt(facts, uses);
    if (commands.some((each) => runs(each, "git", "fetch") || runs(each, "git", "pull"))) return undefined;
    // Within a substitution too, which is no command of its own here.
    const match = /\bgit describe\b(?![^\n)`]*--always)(?![^\n]*\|\|)/.exec(script?.text ?? "");
    if (script !== undefined && match !== null) {
      const start = script.at(match.index);
      return seenAt(facts, { file: script.file, start, end: start + match[0].length });
    }
  }
  return undefined;
}

/** Whether goreleaser makes a release with a list of changes: for that it looks for the tag before. */
function releases(facts: Facts, inputs: YamlNode | undefined): boolean {
  const args = textOf(nodeAt(inputs, "args"));
  const settings = facts.files.find((file) => /^\.?goreleaser\.ya?ml$/.test(file)) ?? "";
  // Who writes no list, or has the host write it, asks git for nothing.
  if (
    /^changelog:(\s*\n[ \t]+\S.*)*?\s*\n[ \t]+((disable|skip): true|use: (github|gitlab|gitea))/m.test(
      facts.text(settings) ?? "",
    )
  )
    return false;
  const isInstalled = textOf(nodeAt(inputs, "install-only")) === "true";
  return (
    !isInstalled && /^release\b/.test(args.trim()) && !/--snapshot|--release-notes|--skip[= ]\S*changelog/.test(args)
  );
}

function depthEdit(facts: Facts, { uses, with: inputs }: CiStep): Edit | undefined {
  if (uses === undefined) return undefined;
  const text = facts.text(uses.file) ?? "";
  const [first] = entriesOf(inputs);
  if (first !== undefined) {
    const at = first[1].key.start;
    const indent = /^[ ]*$/.exec(text.slice(text.lastIndexOf("\n", at - 1) + 1, at));
    if (indent === null) return undefined;
    return { file: uses.file, start: at, end: at, text: `fetch-depth: 0\n${indent[0]}` };
  }
  const lineStart = text.lastIndexOf("\n", uses.start) + 1;
  const prefix = /^(\s*(?:- )?)uses:/.exec(text.slice(lineStart, uses.end));
  const newline = text.indexOf("\n", uses.end);
  if (prefix === null || inputs !== undefined) return undefined;
  const indent = " ".repeat(prefix[1]?.length ?? 0);
  const end = newline < 0 ? text.length : newline;
  return { file: uses.file, start: end, end, text: `\n${indent}with:\n${indent}  fetch-depth: 0` };
}
