import { npmInstalls } from "../../npmInstalls.ts";
import { defineRule, type Rule } from "../../rule.ts";

const manifest = { "package.json": `{\n  "name": "web"\n}\n` };
const npm = { "package-lock.json": "{}\n" };
const yarn = { "yarn.lock": "# yarn lockfile v1\n" };

const tools: readonly (readonly [RegExp, string])[] = [
  [/(package-lock|npm-shrinkwrap)\.json$/, "npm"],
  [/yarn\.lock$/, "yarn"],
  [/pnpm-lock\.yaml$/, "pnpm"],
  [/bun\.lockb?$/, "bun"],
];

export const rule: Rule = defineRule({
  id: "npm/two-lock-files",
  title: "a package.json has lock files of several tools",
  severity: "warning",
  why: "Only the one whose tool is called counts. The other falls behind, and whoever follows it gets other versions than CI has tested.",
  source:
    "https://docs.npmjs.com/cli/configuring-npm/package-lock-json; https://classic.yarnpkg.com/lang/en/docs/yarn-lock/",
  examples: {
    bad: { ...manifest, ...npm, ...yarn },
    good: { ...manifest, ...npm },
    silent: {
      "each in a folder of its own": { ...manifest, ...npm, "docs/package.json": "{}\n", "docs/yarn.lock": "" },
      "both of Bun's forms, one after the other": { ...manifest, "bun.lock": "{}\n", "bun.lockb": "x" },
      "git passes the other one by": { ...manifest, ...npm, ...yarn, ".gitignore": "yarn.lock\n" },
    },
  },
  *check(facts) {
    const installs = npmInstalls(facts);
    const ignored = new Set(
      (facts.text(".gitignore") ?? "").split(/\r?\n/).map((line) => line.trim().replace(/^\//, "")),
    );
    for (const { manifest, lockFiles } of facts.npm) {
      const nameOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);
      const kept = lockFiles.filter((file) => !ignored.has(nameOf(file)));
      const byTool = Map.groupBy(kept, (file) => tools.find(([name]) => name.test(file))?.[1] ?? "");
      const [first, second] = kept;
      // npm alone has two names for one thing, of which it reads the first.
      const isShadowed = byTool.get("npm")?.length === 2;
      if (first === undefined || second === undefined || (byTool.size < 2 && !isShadowed)) continue;
      const called = [...new Set(installs.filter(({ folder }) => folder === manifest.folder).map(({ tool }) => tool))];
      const named = /^\w+(?=@)/.exec(manifest.packageManager ?? "")?.[0];
      const right = named ?? (called.length === 1 ? called[0] : undefined);
      const why =
        byTool.size < 2
          ? `npm reads ${nameOf(first)} alone`
          : right === undefined
            ? "one of them falls behind"
            : `${right} is what is used here, and reads its own alone`;
      const extra =
        kept.find((file) => byTool.size > 1 && !(byTool.get(right ?? "npm") ?? []).includes(file)) ?? second;
      yield {
        file: manifest.file,
        start: 0,
        end: 1,
        message: `beside ${manifest.file} lie ${kept.map(nameOf).join(" and ")}: ${why}; take ${nameOf(extra)} out`,
      };
    }
  },
});
