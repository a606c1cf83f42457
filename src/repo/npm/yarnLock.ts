// yarn.lock: which version each `name@range` has come to. Version 1 has a format of its own; from 2 on it is YAML, of which the
// two kinds of lines that count here look nearly the same.

export interface YarnLock {
  readonly file: string;
  readonly folder: string;
  /** Of Yarn 1: no `__metadata`. */
  readonly isClassic: boolean;
  /** By `name@range`, as package.json has them: without the `npm:` that newer versions put in. */
  readonly versions: ReadonlyMap<string, string>;
}

export function readYarnLock(file: string, text: string): YarnLock {
  const versions = new Map<string, string>();
  let wanted: readonly string[] = [];
  for (const line of text.split(/\r?\n/)) {
    // An entry begins at the line's beginning; its version is the first of its lines that says so.
    if (/^[^\s#].*:$/.test(line)) wanted = descriptors(line.slice(0, -1));
    const version = /^ {2}version:? "?([^"\s]+)"?$/.exec(line)?.[1];
    if (version === undefined) continue;
    for (const each of wanted) versions.set(each, version);
    wanted = [];
  }
  return {
    file,
    folder: file.slice(0, Math.max(0, file.lastIndexOf("/"))),
    isClassic: !/^__metadata:/m.test(text),
    versions,
  };
}

/** Of `a@^1, "b@1 || 2"` and of `"a@npm:^1, a@npm:^2"`. */
function descriptors(line: string): readonly string[] {
  const parts = [...line.matchAll(/"([^"]*)"|([^",\s]+)/g)].flatMap(([, quoted, plain]) =>
    (quoted ?? plain ?? "").split(", "),
  );
  return parts.map((each) => each.replace(/^((?:@[^@/]+\/)?[^@/]+)@npm:(?=[^@]*$)/, "$1@"));
}
