import { expect, test } from "vitest";
import { ignoreMatcher } from "./ignorePattern.ts";

// moby/patternmatcher's own cases, and Docker's documentation.
test.each<[string[], string, boolean]>([
  [["*"], "fileutils.go", true],
  [["*", "!*.go"], "fileutils.go", false],
  [["*", "!fileutils.go", "*.go"], "fileutils.go", true],
  [["docs", "!docs/README.md"], "docs/README.md", false],
  [["docs", "!docs/README.md"], "docs/x/README.md", true],
  [["docs/", "!docs/README.md"], "docs/README.md", false],
  [["**"], "dir/file", true],
  [["**/file"], "file", true],
  [["**/file"], "dir/dir/file", true],
  [["**/dir2/*"], "dir/dir2/file", true],
  [["**/dir2/*"], "dir/dir2/dir2/file", true],
  [["dir/**"], "dir/dir2/file", true],
  [["dir/**"], "dir", false],
  [["**/*.go"], "a/b/c.go", true],
  [["*.go"], "a/b.go", false],
  [["a?c"], "abc", true],
  [["a?c"], "a/c", false],
  [["a[b-d]e"], "ace", true],
  [["a[^b-d]e"], "ace", false],
  [["a\\*b"], "a*b", true],
  [["a\\*b"], "aab", false],
  [["."], "x", false],
  [["/a"], "a", true],
  [["abc.def"], "abcZdef", false],
  [["dist", "!dist/keep"], "dist/keep/x", false],
  [["[a"], "[a", false],
  // Cleaned first.
  [["./a"], "a", true],
  [["a/../b/"], "b/c", true],
  // Not looked into, so nothing in it is taken back by a pattern that doesn't begin with its name.
  [["docs/*", "!**/*.go"], "docs/x/c.go", true],
  [["docs/*", "!docs/x/*.go"], "docs/x/c.go", false],
  [["**", "!**/x"], "x/y/z", true],
  [["**/testdata", "!vendor"], "vendor/m/testdata/x", false],
])("%j on %s: %s", (patterns, path, ignored) => expect(ignoreMatcher(patterns)(path)).toBe(ignored));
