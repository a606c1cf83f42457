/**
 * Build information against `go version -m`, over programs that the go commands of this machine build for Linux, macOS and
 * Windows, and against debug/buildinfo over the same programs mutilated.
 *
 * Where Go reads a program, ours reads the same. Ours also reads some that Go refuses, because it looks at fewer tables; but
 * it never hangs, and fails with a ModuleError only.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readElf } from "../../src/gomod/buildinfo/elf.ts";
import { type Executable, unrecognized } from "../../src/gomod/buildinfo/executable.ts";
import { readMacho } from "../../src/gomod/buildinfo/macho.ts";
import { readPe } from "../../src/gomod/buildinfo/pe.ts";
import * as buildinfo from "../../src/gomod/buildinfo.ts";
import { ModuleError } from "../../src/gomod/error.ts";
import { Window } from "../../src/gomod/randomAccess.ts";
import { type BinaryOptions, goBinary } from "../harness/goBinaries.ts";
import { debianGo, machineGo } from "../harness/goTools.ts";
import { TempDir } from "../harness/tempDir.ts";
import { type Oracle, startOracle } from "../oracle/oracle.ts";
import { nearly } from "./arbitraries.ts";
import { caseCount, expectAgreement, isLong, sample } from "./differential.ts";
import { bytesReader } from "./nodeZip.ts";

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "modules");
});
afterAll(() => oracle?.close());

type Target = Omit<BinaryOptions, "go">;

const targets: readonly Target[] = [
  { goos: "linux", goarch: "amd64" },
  { goos: "linux", goarch: "amd64", flags: ["-ldflags=-s -w", "-trimpath"] },
  { goos: "linux", goarch: "386" },
  { goos: "darwin", goarch: "arm64" },
  { goos: "windows", goarch: "amd64" },
];
const moreTargets: readonly Target[] = [
  { goos: "linux", goarch: "amd64", flags: ["-buildmode=pie"] },
  { goos: "linux", goarch: "amd64", flags: ["-buildmode=c-shared"], cgo: true },
  { goos: "linux", goarch: "arm64" },
  { goos: "linux", goarch: "s390x" },
  { goos: "linux", goarch: "mips" },
  { goos: "freebsd", goarch: "amd64", flags: ["-ldflags=-s -w"] },
  { goos: "darwin", goarch: "amd64", flags: ["-ldflags=-s -w"] },
  { goos: "windows", goarch: "386", flags: ["-ldflags=-s -w"] },
  { goos: "windows", goarch: "arm64", flags: ["-trimpath"] },
];

function nameOf({ goos, goarch, flags = [] }: Target): string {
  return [`${goos}/${goarch}`, ...flags].join(" ");
}

function ours(file: buildinfo.RandomAccess): string {
  return buildinfo.format(buildinfo.read(file));
}

/** What the go command prints, without the file's name and the indentation. */
function printed(program: string): string {
  const [first = "", ...lines] = execFileSync("go", ["version", "-m", program], { encoding: "utf8" }).split("\n");
  return `go\t${first.slice(program.length + 2)}\n${lines.map((line) => line.replace(/^\t/, "")).join("\n")}`;
}

function hasCompiler(): boolean {
  return existsSync("/usr/bin/gcc");
}

describe("programs", { timeout: 900_000 }, () => {
  it.for((isLong ? [...targets, ...moreTargets] : targets).map((target) => [nameOf(target), target] as const))(
    "%s",
    async ([, target], { skip }) => {
      const go = machineGo() ?? skip("go is not on PATH");
      if (target.cgo === true && !hasCompiler()) skip("there is no C compiler");
      const program = await goBinary({ go, ...target });
      const text = ours(bytesReader(readFileSync(program)));
      expect(text).toBe(printed(program));
      expect(text).toContain("dep\texample.com/dep\tv1.2.3\th1:");
      expect(text).toContain("=>\texample.com/new\tv1.5.0\th1:");
      expect(text).toContain(`build\tGOOS=${target.goos}\n`);
    },
  );

  it("of Debian's Go", async ({ skip }) => {
    const go = debianGo() ?? skip("Debian's golang-go is not installed");
    const program = await goBinary({ go, goos: "linux", goarch: "amd64" });
    expect(ours(bytesReader(readFileSync(program)))).toBe(printed(program));
  });

  it("and the go command itself", () => {
    const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
    for (const program of ["bin/go", "bin/gofmt"].map((name) => `${goroot}/${name}`)) {
      expect(ours(bytesReader(readFileSync(program)))).toBe(printed(program));
    }
  });

  it.each(["/bin/sh", import.meta.filename])("%s is none", (file) => {
    expect(() => ours(bytesReader(readFileSync(file)))).toThrow(ModuleError);
  });
});

describe("the format of before Go 1.18", () => {
  it.for([
    ["linux/amd64", { goos: "linux", goarch: "amd64" }, readElf, 8],
    ["linux/386", { goos: "linux", goarch: "386" }, readElf, 4],
    ["darwin/arm64", { goos: "darwin", goarch: "arm64" }, readMacho, 8],
    ["windows/amd64", { goos: "windows", goarch: "amd64" }, readPe, 8],
  ] as const)("%s", async ([, target, readHeaders, pointerSize], { skip }) => {
    const go = machineGo() ?? skip("go is not on PATH");
    const program = await goBinary({ go, ...target });
    const bytes = readFileSync(program);
    usePointers(bytes, readHeaders(new Window(bytesReader(bytes), unrecognized)), pointerSize);
    await using folder = await TempDir.create("pointers");
    const rewritten = folder.join("program");
    await writeExecutable(rewritten, bytes);
    expect(ours(bytesReader(bytes))).toBe(printed(rewritten));
    expect(ours(bytesReader(bytes))).toBe("go\tgo1.17.13\npath\texample.com/old\nmod\texample.com/old\t(devel)\t\n");
  });
});

async function writeExecutable(file: string, bytes: Uint8Array): Promise<void> {
  const { writeFile } = await import("node:fs/promises");
  await writeFile(file, bytes, { mode: 0o755 });
}

/** Rewrites a program's blob to what Go 1.17 would have written: pointers to strings, which are put behind the pointers. */
function usePointers(bytes: Buffer, { segments }: Executable, pointerSize: 4 | 8): void {
  const at = bytes.indexOf(Buffer.from("\xff Go buildinf:", "latin1"));
  const segment = segments.find(({ offset, size }) => offset <= at && at < Number(offset + size));
  if (segment === undefined) throw new Error("the program has no blob");
  const address = segment.address + BigInt(at) - segment.offset;
  const version = Buffer.from("go1.17.13");
  const modules = Buffer.from(
    `${"<".repeat(16)}path\texample.com/old\nmod\texample.com/old\t(devel)\t\n${">".repeat(16)}`,
  );
  const stringsAt = address + 32n + BigInt(4 * pointerSize);
  const put = (offset: number, words: readonly bigint[]): void => {
    for (const [i, word] of words.entries()) {
      if (pointerSize === 8) bytes.writeBigUInt64LE(word, at + offset + 8 * i);
      else bytes.writeUInt32LE(Number(word), at + offset + 4 * i);
    }
  };
  bytes.set([pointerSize, 0], at + 14);
  put(16, [address + 32n, address + 32n + BigInt(2 * pointerSize)]);
  put(32, [stringsAt, BigInt(version.length), stringsAt + BigInt(version.length), BigInt(modules.length)]);
  bytes.set(Buffer.concat([version, modules]), at + 32 + 4 * pointerSize);
}

describe("mutilated programs", { timeout: 900_000 }, () => {
  it.for(targets.map((target) => [nameOf(target), target] as const))("%s", async ([, target], { skip }) => {
    const go = machineGo() ?? skip("go is not on PATH");
    const program = await goBinary({ go, ...target });
    const whole = readFileSync(program);
    const blob = whole.indexOf(Buffer.from("\xff Go buildinf:", "latin1"));
    const size = fc.oneof(
      { weight: 4, arbitrary: fc.constant(whole.length) },
      { weight: 1, arbitrary: fc.nat(whole.length) },
      { weight: 1, arbitrary: fc.nat(2000).map((n) => blob + n) },
      { weight: 1, arbitrary: fc.nat(2000) },
    );
    const offset = fc.oneof(
      { weight: 4, arbitrary: fc.nat(1200) },
      { weight: 3, arbitrary: fc.nat(80).map((n) => blob + n) },
      { weight: 1, arbitrary: fc.nat(2000).map((n) => blob + n) },
      { weight: 1, arbitrary: fc.nat(3000).map((n) => whole.length - 1 - n) },
    );
    const change = fc
      .tuple(
        offset,
        fc.constantFrom(
          "00",
          "01",
          "02",
          "7f",
          "80",
          "ff",
          "ffffffff",
          "00000000",
          "0000000000000080",
          "ffffffffffffffff",
        ),
      )
      .map((parts) => parts.join(":"));
    const cases = sample(fc.tuple(size, fc.array(change, { maxLength: 3, size: "max" })), caseCount / 10).map(
      ([size, changes]) => [program, String(size), ...changes],
    );
    // In a PE file, the size of the first section: one that goes past 32 bits.
    cases.push([program, String(whole.length), "408:ffffffff"]);
    const lenient: string[] = [];
    const answers = await oracle.ask("buildinfo.read", cases);
    for (const [i, [, size = "", ...changes]] of cases.entries()) {
      const file = patched(whole, Number(size), changes);
      let own: string | undefined;
      try {
        own = ours(file);
      } catch (error) {
        if (!(error instanceof ModuleError)) throw error;
      }
      const { value, error } = answers[i] ?? { value: undefined, error: "no answer" };
      if (error === undefined) expect(own, `cut at ${size}, ${changes.join(" ")}`).toBe(value);
      else if (own !== undefined) lenient.push(`${size} ${changes.join(" ")}: ${error}`);
    }
    expect(answers.filter(({ error }) => error === undefined).length).toBeGreaterThan(cases.length / 20);
    expect(lenient.length, lenient.slice(0, 5).join("\n")).toBeLessThan(cases.length / 4);
  });
});

function patched(whole: Uint8Array, size: number, changes: readonly string[]): buildinfo.RandomAccess {
  const patches = changes.map((text) => {
    const [at = "", bytes = ""] = text.split(":");
    return { at: Number(at), bytes: Buffer.from(bytes, "hex") };
  });
  const end = Math.min(size, whole.length);
  return {
    size: end,
    read(offset, length) {
      const bytes = Buffer.from(whole.subarray(offset, Math.min(offset + length, end)));
      for (const patch of patches) {
        for (const [i, value] of patch.bytes.entries()) {
          const at = patch.at + i - offset;
          if (at >= 0 && at < bytes.length) bytes[at] = value;
        }
      }
      return bytes;
    },
  };
}

describe("lines", () => {
  const word: Arbitrary<string> = fc.constantFrom(
    "a",
    "example.com/m",
    "v1.2.3",
    "h1:x=",
    "(devel)",
    "",
    "a b",
    '"',
    "é",
    "\udcff",
  );
  const line = fc.oneof(
    fc
      .tuple(fc.constantFrom("path", "mod", "dep", "=>", "go", ""), fc.array(word, { maxLength: 4, size: "max" }))
      .map(([verb, words]) => [verb, ...words].join("\t")),
    fc.constantFrom(
      "dep\ta\tv1\th1:",
      "=>\tb\tv2\th1:",
      "mod\tm\tv1\t",
      'build\t"a b"="c\\td"',
      "build\t`a`=`b`",
      "build\t-x=1",
      'build\tk="\\xff\\u00e9"',
    ),
    nearly(
      fc.constantFrom(
        "build\t-ldflags=\"-X 'a=b'\"",
        'build\t"k\\n"="\\x41\\101\\u0041\\U00000041"',
        "build\t`raw`=`v`",
        "build\tk=v",
      ),
    ),
  );
  const text = fc
    .tuple(fc.array(line, { maxLength: 6, size: "max" }), fc.constantFrom("\n", ""))
    .map(([lines, end]) => lines.join("\n") + end);

  it("ParseBuildInfo and String", async () => {
    const cases = sample(text, caseCount / 2).map((text): [string] => [text]);
    await expectAgreement(oracle, "buildinfo.parse", cases, (text = "") => buildinfo.format(buildinfo.parse(text)));
  });
});
