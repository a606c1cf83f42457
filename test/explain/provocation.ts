/** How an error is really brought about: a project that has the fault, and what is run in it. */
export interface Provocation {
  /** The symptom's id: `go/missing-sum-entry`. */
  readonly symptom: string;
  /** Tells several of one symptom apart; the tool's version is added to the recording's name. */
  readonly variant?: string;
  /** The cause that this project's facts lead to. */
  readonly cause: string;
  /** Places that the explanation must show as evidence: `go.mod:5`. */
  readonly shows?: readonly string[];
  readonly tool: "go" | "git" | "npm" | "docker" | "libc";
  /** Of go: only these versions print it. */
  readonly versions?: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** Files of the project that aren't there where the tool runs: what a build context loses. */
  readonly lost?: readonly string[];
  /** For `sh`, in the project's folder. What it prints is the text. */
  readonly script: string;
  /** Takes long, or needs what is not everywhere: provoked anew in long runs alone. */
  readonly slow?: boolean;
}

/** The recording's name under test/fixtures/symptoms: `go/missing-sum-entry.vendored.go1.26`. */
export function recordingName({ symptom, variant }: Provocation, version?: string): string {
  return [symptom, ...(variant === undefined ? [] : [variant]), ...(version === undefined ? [] : [version])].join(".");
}

/** A small program and its module; what is given comes on top. */
export function shop(files: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    "go.mod": "module example.com/shop\n\ngo 1.19\n",
    "main.go": 'package main\n\nfunc main() { println("shop") }\n',
    ...files,
  };
}

/** A program that imports these packages for their side effects, for the module above. */
export function importing(...paths: readonly string[]): string {
  return `package main\n\nimport (\n${paths.map((path) => `\t_ "${path}"\n`).join("")})\n\nfunc main() {}\n`;
}
