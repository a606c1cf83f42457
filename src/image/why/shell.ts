// The shell form: `/bin/sh -c "exec ./app --port 80"`. Its first command is looked at where it is a plain one.

/** The words of a script's first command if nothing in it needs a shell to be known; undefined else. */
export function firstCommand(script: string): readonly string[] | undefined {
  const words: string[] = [];
  for (const [, word = "", end = ""] of script
    .trim()
    .matchAll(/([^\s;&|<>()`$"'\\*?[\]{}~#!]+)(\s+|$|(?=[;&|<>]))/gy)) {
    // Assignments before the command only set variables.
    if (words.length === 0 && /^[A-Za-z_]\w*=/.test(word)) continue;
    words.push(word);
    if (!/^[ \t]+$/.test(end)) break;
  }
  if (words[0] === "exec") words.shift();
  const [name] = words;
  return name === undefined || builtins.has(name) ? undefined : words;
}

/** What a shell does itself, or what only it can tell. */
const builtins = new Set(
  "alias bg break cd command continue echo eval exec exit export false fg for getopts hash if jobs kill local printf pwd read readonly return set shift source test time times trap true type ulimit umask unset until wait while [ . :".split(
    " ",
  ),
);
