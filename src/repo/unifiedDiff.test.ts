import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { unifiedDiff } from "./unifiedDiff.ts";

test("as diff -u shows it", () => {
  const before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n";
  const after = "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl";
  expect(unifiedDiff("x", before, after)).toBe(`--- a/x
+++ b/x
@@ -1,5 +1,5 @@
 a
-b
+B
 c
 d
 e
@@ -9,3 +9,4 @@
 i
 j
 k
+l
\\ No newline at end of file
`);
});

test("a new file", () => {
  expect(unifiedDiff("x", undefined, "a\nb\n")).toBe("--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n");
});

test("nothing for equal texts, however large", () => expect(unifiedDiff("x", "a", "a")).toBe(""));

test("git apply makes one text of the other", () => {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-diff-"));
  const file = join(folder, "x");
  const text = fc
    .array(fc.constantFrom("a", "b", "c", "", "d d"), { maxLength: 30 })
    .map((lines) => lines.map((line) => `${line}\n`).join(""));
  const open = fc.tuple(text, fc.constantFrom("", "end")).map((parts) => parts.join(""));
  try {
    fc.assert(
      fc.property(open, open, (before, after) => {
        const diff = unifiedDiff("x", before, after);
        if (before === after) return;
        writeFileSync(file, before);
        execFileSync("git", ["apply", "--unsafe-paths", "-p1", "--whitespace=nowarn", "-"], {
          cwd: folder,
          input: diff,
          env: { PATH: process.env["PATH"], GIT_CEILING_DIRECTORIES: tmpdir() },
        });
        expect(readFileSync(file, "utf8")).toBe(after);
      }),
      { numRuns: 25 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
