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
  // gofmt's order, which ends at a blank line or a comment; a file that was not in it is left so.
  [
    'package x\n\nimport (\n\t"fmt"\n\n\t"d.test/x" // of d\n\tb "git.test/a/b"\n\t_ "git.test/c"\n\n\t"e.test/x"\n\t// Ours.\n\t"git.test/a/b/y"\n)\n\nimport (\n\t"d.test/y"\n\t"git.test/a/b/z"\n)\n',
    'package x\n\nimport (\n\t"fmt"\n\n\tb "company.test/b"\n\t"d.test/x" // of d\n\t_ "git.test/c"\n\n\t"e.test/x"\n\t// Ours.\n\t"company.test/b/y"\n)\n\nimport (\n\t"company.test/b/z"\n\t"d.test/y"\n)\n',
  ],
  [
    'package x\n\nimport (\n\t"z.test"\n\t"d.test"\n\t"git.test/a/b"\n)\n',
    'package x\n\nimport (\n\t"z.test"\n\t"d.test"\n\t"company.test/b"\n)\n',
  ],
  [
    'package x\r\n\r\nimport (\r\n\t"d.test"\r\n\t"git.test/a/b"\r\n)\r\n',
    'package x\r\n\r\nimport (\r\n\t"company.test/b"\r\n\t"d.test"\r\n)\r\n',
  ],
])("%j", (before, after) => {
  expect(migrateGoFile(before, move)).toBe(after ?? before);
});
