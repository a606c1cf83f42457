import { expect, test } from "vitest";
import { migrateGoFile } from "./migrateGoFile.ts";
import { migrateGoMod } from "./migrateGoMod.ts";
import { movePath } from "./movePath.ts";

const move = movePath("git.test/a/b", "company.test/b");

test.each([
  ["module git.test/a/b\n", "module company.test/b\n"],
  ["module git.test/a/b/v2 // ours\n\ngo 1.21\n", "module company.test/b/v2 // ours\n\ngo 1.21\n"],
  ['module "git.test/a/b"\n', "module company.test/b\n"],
  ["module other.test/x\n\nrequire git.test/a/bc v1.0.0\n", undefined],
  [
    "module other.test/x\n\nrequire (\n\tgit.test/a/b v1.0.0 // indirect\n\tgit.test/c v1.0.0\n)\n\nreplace git.test/a/b => ../b\n",
    "module other.test/x\n\nrequire (\n\tcompany.test/b v1.0.0 // indirect\n\tgit.test/c v1.0.0\n)\n\nreplace company.test/b => ../b\n",
  ],
  [
    "module o.test/x\n\nreplace o.test/y v1.0.0 => git.test/a/b/sub v1.2.0\n\ntool git.test/a/b/cmd/t\n",
    "module o.test/x\n\nreplace o.test/y v1.0.0 => company.test/b/sub v1.2.0\n\ntool company.test/b/cmd/t\n",
  ],
  ["go 1.21\n\nuse ./git.test/a/b\n", undefined],
])("go.mod %j", (before, after) => {
  expect(migrateGoMod("go.mod", before, move)).toBe(after ?? before);
});

test.each([
  ['package x\n\nimport "git.test/a/b"\n', 'package x\n\nimport "company.test/b"\n'],
  [
    'package x // import "git.test/a/b/x"\n\nimport (\n\t_ `git.test/a/b/v2/y`\n\tz "git.test/a/bc"\n)\n',
    'package x // import "company.test/b/x"\n\nimport (\n\t_ `company.test/b/v2/y`\n\tz "git.test/a/bc"\n)\n',
  ],
  // What only looks like an import.
  ['package x\n\n/*\nimport "git.test/a/b"\n*/\n\nvar s = "git.test/a/b"\n', undefined],
  ['package x\n\nvar s = `\nimport "git.test/a/b"\n`\n', undefined],
  ['package x\r\n\r\nimport "git.test/a/b"\r\n', 'package x\r\n\r\nimport "company.test/b"\r\n'],
  ['import "git.test/a/b"\n', undefined],
])("%j", (before, after) => {
  expect(migrateGoFile(before, move)).toBe(after ?? before);
});
