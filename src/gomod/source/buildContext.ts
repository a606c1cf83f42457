/**
 * What a build is for, and which build tags hold in it (https://pkg.go.dev/cmd/go#hdr-Build_constraints; go/build,
 * Context.matchTag).
 */

export interface BuildContext {
  /** GOOS: `linux`. */
  readonly goos: string;
  /** GOARCH: `amd64`. */
  readonly goarch: string;
  /** Whether files that import "C" are built. */
  readonly cgo: boolean;
  /** The tags `go1.1` to `go1.<goMinor>` hold: 26 for Go 1.26. Infinity, the default, for whatever Go it may be. */
  readonly goMinor?: number;
  /** `gc` by default. */
  readonly compiler?: string;
  /** Those of `-tags`, and what the tool chain sets: `goexperiment.regabiargs`, `amd64.v1`. */
  readonly tags?: ReadonlySet<string>;
}

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
}

/** The systems that file names can end in (internal/syslist, Go 1.26). */
export const knownSystems: ReadonlySet<string> = setOf(
  "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos",
);

/** The systems for which the tag `unix` holds. */
export const unixSystems: ReadonlySet<string> = setOf(
  "aix android darwin dragonfly freebsd hurd illumos ios linux netbsd openbsd solaris",
);

/** The architectures that file names can end in. */
export const knownArchitectures: ReadonlySet<string> = setOf(
  "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le " +
    "riscv riscv64 s390 s390x sparc sparc64 wasm",
);

/** Systems that are also another one, to files and tags. */
const alsoSystems: ReadonlyMap<string, string> = new Map([
  ["android", "linux"],
  ["illumos", "solaris"],
  ["ios", "darwin"],
]);

/** Reports whether a build tag holds. */
export function tagHolds(tag: string, context: BuildContext): boolean {
  const { goos, goarch, cgo, compiler = "gc", goMinor = Infinity, tags } = context;
  if (tag === goos || tag === goarch || tag === compiler) return true;
  if (tag === "cgo" && cgo) return true;
  if (tag === alsoSystems.get(goos)) return true;
  if (tag === "unix" && unixSystems.has(goos)) return true;
  // Its old name.
  const name = tag === "boringcrypto" ? "goexperiment.boringcrypto" : tag;
  return releaseMinor(name) <= goMinor || tags?.has(name) === true;
}

/** 26 for `go1.26`; NaN for what is no release tag. */
function releaseMinor(tag: string): number {
  return /^go1\.[1-9][0-9]{0,8}$/.test(tag) ? Number(tag.slice(4)) : Number.NaN;
}

/**
 * Reports whether a file's name lets it into a build: `x_linux.go`, `x_arm64.s` and `x_linux_arm64_test.go` are for these
 * alone, and `linux.go` is for all (go/build, Context.goodOSArchFile). Whether a name begins with `_` or `.`, which keeps a
 * file out of every build, is not its matter.
 */
export function fileNameFits(name: string, context: BuildContext): boolean {
  const dot = name.indexOf(".");
  const parts = (dot < 0 ? name : name.slice(0, dot)).split("_").slice(1);
  if (parts.at(-1) === "test") parts.pop();
  const last = parts.at(-1) ?? "";
  const before = parts.at(-2) ?? "";
  if (knownArchitectures.has(last) && knownSystems.has(before) && !tagHolds(before, context)) return false;
  return (!knownArchitectures.has(last) && !knownSystems.has(last)) || tagHolds(last, context);
}
