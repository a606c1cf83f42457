// What git leaves in a file that two sides changed. https://git-scm.com/docs/git-merge#_how_conflicts_are_presented

export function isConflictMarker(line: string): boolean {
  return /^(<{7}|\|{7}|>{7})( |$)|^={7}$/.test(line.trimEnd());
}
