import { expect, test } from "vitest";
import { findByForm } from "./knownHosts.ts";
import { matchGoImport, parseGoImports } from "./goImport.ts";

const meta = (content: string): string => `<meta name="go-import" content="${content}">`;

test.for<[html: string, path: string, root: string | undefined]>([
  [`<head>${meta("a.example/x git https://git.example/x")}</head>`, "a.example/x/y", "https://git.example/x"],
  [
    `<META NAME='ignored' content='x'><meta content='a.example git https://q' name='go-import'/>`,
    "a.example",
    "https://q",
  ],
  [`<head></head>${meta("a.example git https://late")}`, "a.example", undefined],
  [`<body>${meta("a.example git https://late")}`, "a.example", undefined],
  [`<!-- ${meta("a.example git https://no")} -->${meta("a.example git https://yes")}`, "a.example", "https://yes"],
  [meta("a.example/x git https://q"), "a.example/xy", undefined],
  [meta("a.example git"), "a.example", undefined],
  [meta("a.example git https://q?a=1&amp;b=2"), "a.example", "https://q?a=1&b=2"],
  [meta("a.example git https://git") + meta("a.example mod https://mod"), "a.example", "https://mod"],
])("the go-import tag of %s for %s", ([html, path, root]) => {
  const match = matchGoImport(parseGoImports(html), path);
  expect(match === "several" ? match : match?.root).toBe(root);
});

test("two tags for one path are a mistake", () => {
  const imports = parseGoImports(meta("a.example git https://p") + meta("a.example/x git https://q"));
  expect(matchGoImport(imports, "a.example/x")).toBe("several");
});

const rule = {
  url: undefined,
  user: undefined,
  token: undefined,
  tokenCommand: undefined,
  sshKey: undefined,
  knownHosts: undefined,
};

test.for<[path: string, root: string | undefined | Error]>([
  ["github.com/a/b", "github.com/a/b"],
  ["github.com/a/b/c/v2", "github.com/a/b"],
  ["bitbucket.org/a/b/c", "bitbucket.org/a/b"],
  ["github.com/a", new Error("no repository")],
  ["corp.example/g/s/x.git/sub", "corp.example/g/s/x.git"],
  ["corp.example/x.hg", new Error("only git")],
  ["two.example/a/b/c", "two.example/a/b"],
  ["two.example/a", new Error("2 elements below")],
  ["vanity.example/x", undefined],
])("%s is found by its form", ([path, root]) => {
  const find = (): string | undefined => findByForm(path, [{ ...rule, prefix: "two.example", depth: 2 }])?.root;
  if (root instanceof Error) expect(find).toThrow(root.message);
  else expect(find()).toBe(root);
});
