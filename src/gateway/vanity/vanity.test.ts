import { expect, test } from "vitest";
import { vanityPage } from "./vanityPage.ts";
import { matchVanity, type VanityRule } from "./vanityRule.ts";

const rule = (prefix: string, repository?: string, more: Partial<VanityRule> = {}): VanityRule => ({
  prefix,
  vcs: "git",
  repository,
  source: "none",
  branch: "main",
  docs: undefined,
  ...more,
});

const rules = [
  rule("company.test/x", "https://git.company.test/go/x"),
  rule("company.test/*", "https://git.company.test/go/*"),
  rule("company.test/team/*", "https://git.company.test/team/*.git"),
  rule("company.test/*/*/deep", "https://git.company.test/*-*"),
  rule("company.test/mods/*", undefined, { vcs: "mod" }),
];

test.each([
  ["company.test/x", "company.test/x", "https://git.company.test/go/x"],
  ["company.test/x/sub/pkg", "company.test/x", "https://git.company.test/go/x"],
  ["company.test/y", "company.test/y", "https://git.company.test/go/y"],
  ["company.test/xy", "company.test/xy", "https://git.company.test/go/xy"],
  ["company.test/team/a/v2", "company.test/team/a", "https://git.company.test/team/a.git"],
  ["company.test/a/b/deep/c", "company.test/a/b/deep", "https://git.company.test/a-b"],
  ["company.test/mods/m", "company.test/mods/m", undefined],
])("%s", (importPath, root, repository) => {
  expect(matchVanity(rules, importPath)).toMatchObject({ root, repository });
});

test.each([
  "company.test",
  "other.test/x",
  "company.test//x",
  "company.test/../x",
  'company.test/"><script>',
  "company.test/a b",
])("no rule for %j", (importPath) => expect(matchVanity(rules, importPath)).toBeUndefined());

test("what the go command reads, and what a person does", () => {
  const module = matchVanity(
    [rule("company.test/*", "https://git.company.test/*", { source: "gitlab", docs: "https://docs.test/{path}" })],
    "company.test/x/sub",
  );
  const page = module === undefined ? "" : vanityPage(module, module.repository ?? "", "company.test/x/sub");
  expect(page).toContain('<meta name="go-import" content="company.test/x git https://git.company.test/x">');
  expect(page).toContain(
    '<meta name="go-source" content="company.test/x https://git.company.test/x https://git.company.test/x/-/tree/main{/dir} https://git.company.test/x/-/blob/main{/dir}/{file}#L{line}">',
  );
  expect(page).toContain('<a href="https://docs.test/company.test/x/sub">');
});
