import { ignoreMatcher, ignorePatterns } from "../../../repo/ignorePattern.ts";
import { readNpmrcLines } from "../../../repo/npm/npmrcFile.ts";
import { fixOf } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

const manifest = { "package.json": `{\n  "name": "web"\n}\n` };
const line = (value: string): { ".npmrc": string } => ({
  ".npmrc": `@team:registry=https://npm.example.com/\n//npm.example.com/:_authToken=${value}\n`,
});
const made = "made-up-0123456789abcdef";

export const rule: Rule = defineRule({
  id: "npm/token-in-npmrc",
  title: "a token stands in a .npmrc that is committed",
  severity: "error",
  why: "Whoever can read the repository, its forks and its images can publish and read packages with it; taking the line out later leaves it in git's history. Make a new token, too.",
  source: "https://docs.npmjs.com/using-private-packages-in-a-ci-cd-workflow",
  examples: {
    bad: { ...manifest, ...line(made) },
    good: { ...manifest, ...line("${NPM_TOKEN}") },
    fixed: line("${NPM_TOKEN}"),
    silent: {
      "git passes the file by": { ...manifest, ...line(made), ".gitignore": ".npmrc\n" },
      "a placeholder": { ...manifest, ...line("<your token>") },
      "another placeholder": { ...manifest, ...line("YOUR_TOKEN_HERE") },
      "nothing at all": { ...manifest, ...line("") },
      "a variable among other text": { ...manifest, ...line('"Bearer-${NPM_TOKEN}"') },
      "a setting that is no secret": {
        ...manifest,
        ".npmrc": "save-exact=true\n//npm.example.com/:always-auth=true\n",
      },
      "a comment": { ...manifest, ".npmrc": `; //npm.example.com/:_authToken=${made}\n` },
      "a test's own": { "test/fixtures/app/.npmrc": `//npm.example.com/:_authToken=${made}\n` },
    },
  },
  *check({ files, text }) {
    const ignores = ignoreMatcher(
      ignorePatterns(text(".gitignore") ?? "").map((each) =>
        each.startsWith("/") ? each : each.replace(/^(!?)/, "$1**/"),
      ),
    );
    for (const file of files) {
      if (!/(^|\/)\.npmrc$/.test(file) || /(^|\/)(tests?|fixtures?|testdata)\//.test(file) || ignores(file)) continue;
      for (const { key, value, start, end } of readNpmrcLines(text(file) ?? "")) {
        if (!/(^|:)(_authToken|_auth|_password)$/.test(key) || !isSecret(value)) continue;
        const name = key.endsWith("_authToken") ? "NPM_TOKEN" : "NPM_AUTH";
        yield {
          file,
          start,
          end,
          message: `${key} has its value in the file; take it from the environment: \${${name}}`,
          ...fixOf(false, `take it from ${name}`, { file, start, end, text: `${key}=\${${name}}` }),
        };
      }
    }
  },
});

/** Long enough for one, and no words that stand for one. */
function isSecret(value: string): boolean {
  return (
    /^[\w+/=.~-]{8,}$/.test(value) && !/your|token|secret|example|placeholder|changeme|x{4}|dummy|fake/i.test(value)
  );
}
