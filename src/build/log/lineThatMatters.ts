// Of the lines that a failing step wrote, the one that says what is wrong. The last line seldom does: compilers, package
// managers and shells go on talking after it.

/** First match of the first kind that matches wins: a cause before its consequences. */
const kinds: readonly RegExp[] = [
  // The kernel, the disk, the memory: everything after it is a consequence.
  /no space left on device|signal: killed|Cannot allocate memory|out of memory/i,
  // go build, go vet: file.go:line:column: message
  /^(?:# .*)?\S+\.go:\d+(?::\d+)?: (?!warning)/,
  // The go command: modules, toolchain, patterns
  /^(?:go: (?!downloading |finding |extracting |found |added |upgraded |creating |to add )\S.*|go\.mod(?::\d+)?: .*|.*: no required module provides package .*|verifying \S+: .*)/,
  // Tests and panics
  /^(?:--- FAIL: |panic: |FAIL\t)/,
  // Linkers and C compilers
  /^\S+:\d+:\d+: (?:fatal )?error: |undefined reference to|cannot find -l|ld: /,
  // Shells and loaders
  /^(?:\/bin\/\w+|sh|bash|\S+\.sh): (?:line )?(?:\d+: )?.*(?:not found|[Pp]ermission denied|No such file or directory|Syntax error|syntax error|invalid|bad substitution|Illegal)|exec format error|executable file not found/,
  // Package managers, git, curl
  /^(?:E: |npm (?:ERR!|error) (?!A complete log|code )|error: |fatal: |ERROR: |curl: \(\d+\)|yarn (?:error|install v.*error)|pip: )/,
  /\b(?:error|failed|cannot|can't|denied|not found|refused|unauthorized|timed? ?out)\b/i,
];

/** The line; undefined when nothing was written. */
export function lineThatMatters(log: readonly string[]): string | undefined {
  const lines = log.map((line) => line.trim()).filter((line) => line !== "");
  for (const kind of kinds) {
    const found = lines.find((line) => kind.test(line));
    if (found !== undefined) return found;
  }
  return lines.at(-1);
}

/** From the builder's own words, when the step wrote nothing: the part behind the last cause it names. */
export function innermostCause(message: string): string {
  const without = message.replace(/^failed to (?:build|solve)(?: with frontend [\w.]+)?: /, "");
  const causes =
    /(?:failed to (?:compute|calculate|walk|create|solve|fetch|resolve|read|copy|do|authorize|push|load)[^:]{0,200}: )/g;
  const last = [...without.matchAll(causes)].at(-1);
  const rest = last === undefined ? without : without.slice(last.index + last[0].length);
  return rest.trim() === "" ? message : rest.trim();
}
