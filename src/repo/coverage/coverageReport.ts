// Coverage reports as texts that name files: Go's cover profiles, lcov's tracefiles and Istanbul's coverage-final.json. Only the
// names are read; what they cover stays as it is.

export type CoverageFormat = "go" | "lcov" | "istanbul";

export interface CoverageReport {
  readonly file: string;
  readonly format: CoverageFormat;
  readonly text: string;
  /** Each name once, with the offset at which it stands first. */
  readonly names: ReadonlyMap<string, number>;
}

interface Format {
  readonly format: CoverageFormat;
  readonly fileName: RegExp;
  /** Shows that it is one. */
  readonly sign: RegExp;
  /** `name` is the file that is named, as it is written. */
  readonly entry: RegExp;
}

const formats: readonly Format[] = [
  {
    // https://pkg.go.dev/golang.org/x/tools/cover#Profile: `name.go:line.column,line.column statements count`
    format: "go",
    fileName: /(^|\/)[\w.-]*(\.out|\.cov|\.coverprofile|cover(age)?[\w.-]*\.txt)$/,
    sign: /^mode: (set|count|atomic)\s*$/m,
    entry: /^(?<name>.+?)(?=:\d+\.\d+,\d+\.\d+ \d+ \d+\r?$)/gm,
  },
  {
    // geninfo(1), TRACEFILE FORMAT
    format: "lcov",
    fileName: /(^|\/)(lcov|[\w.-]*cov[\w.-]*\.info|[\w.-]+\.lcov)$/,
    sign: /^SF:/m,
    entry: /(?<=^SF:)(?<name>.+?)(?=\r?$)/gm,
  },
  {
    // A key and its value's path are the same; in sources that the report may hold they are not. No path is longer than that.
    format: "istanbul",
    fileName: /(^|\/)coverage-final[\w.-]*\.json$/,
    sign: /^\s*\{/,
    entry: /"(?<name>(?:[^"\\]|\\.){0,4096})"\s*:\s*\{\s*"path"\s*:\s*"\k<name>"/g,
  },
];

/** Whether a file may be a report, by its name. */
export function isReportName(file: string): boolean {
  return formats.some(({ fileName }) => fileName.test(file));
}

/** undefined for a text that is none. */
export function readReport(file: string, text: string): CoverageReport | undefined {
  const found = formats.find(({ fileName, sign }) => fileName.test(file) && sign.test(text.slice(0, 4096)));
  if (found === undefined) return undefined;
  const names = new Map<string, number>();
  for (const match of text.matchAll(found.entry)) {
    const name = unescaped(found.format, match.groups?.["name"] ?? "");
    if (name !== undefined && !names.has(name)) names.set(name, match.index + (found.format === "istanbul" ? 1 : 0));
  }
  return { file, format: found.format, text, names };
}

/** The report with other names for files: everything else stays as it is. */
export function renamed({ format, text }: CoverageReport, names: ReadonlyMap<string, string>): string {
  const entry = formats.find((each) => each.format === format)?.entry;
  if (entry === undefined) return text;
  return text.replaceAll(entry, (whole: string, written: string) => {
    const other = names.get(unescaped(format, written) ?? "");
    if (other === undefined) return whole;
    return format === "istanbul" ? whole.replaceAll(`"${written}"`, () => JSON.stringify(other)) : other;
  });
}

/** In JSON a name may hold escapes; undefined for what is no text of JSON. */
function unescaped(format: CoverageFormat, written: string): string | undefined {
  if (format !== "istanbul" || !written.includes("\\")) return written;
  try {
    return String(JSON.parse(`"${written}"`));
  } catch {
    return undefined;
  }
}
