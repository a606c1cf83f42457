/** The files of a folder as one package: what the go command would build of it, and what that imports (go/build, Context.Import). */
import { ModuleError } from "../error.ts";
import { compareBytewise } from "../utf8.ts";
import { type BuildContext, fileNameFits } from "./buildContext.ts";
import { readBuildLines } from "./buildLines.ts";
import { addCgoFlags, type CgoFlags, noCgoFlags } from "./cgo.ts";
import { constraintHolds } from "./constraint.ts";
import { startsWithBom } from "./headerLexer.ts";
import { leadingCommentsEnd } from "./importSection.ts";
import { extensionOf, kindOf, type OtherFileKind } from "./fileKind.ts";
import { readConstraint, readSourceFile, type SourceFile } from "./sourceFile.ts";

/** A file of a folder. Its text is asked for only where the name lets it into the build. */
export interface PackageFile {
  readonly name: string;
  readonly read: () => Uint8Array;
}

/** Go's own files. */
export type GoFileList = "goFiles" | "cgoFiles" | "testGoFiles" | "xTestGoFiles" | "ignoredGoFiles" | "invalidGoFiles";

/** The lists of files in a {@link Package}. */
export type FileList = GoFileList | "ignoredOtherFiles" | OtherFileKind;

/** Names follow `go list -json`. All lists are sorted. */
export interface Package extends Readonly<Record<FileList, readonly string[]>> {
  /** Empty where no file has one. */
  readonly name: string;
  readonly cgoFlags: CgoFlags;
  readonly imports: readonly string[];
  readonly testImports: readonly string[];
  readonly xTestImports: readonly string[];
  readonly embedPatterns: readonly string[];
  readonly testEmbedPatterns: readonly string[];
  readonly xTestEmbedPatterns: readonly string[];
  /** What its Go files say, of those that were read. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** What is wrong, by file; the go command builds no such package. */
  readonly faults: readonly PackageFault[];
}

export interface PackageFault {
  readonly file: string;
  readonly message: string;
}

/**
 * @param dir The folder's path, which flags for cgo may name.
 */
export function readPackage(files: Iterable<PackageFile>, context: BuildContext, dir: string = ""): Package {
  const reading = new PackageReading(context, dir);
  for (const file of [...files].sort((a, b) => compareBytewise(a.name, b.name))) reading.add(file);
  return reading.result();
}

type Role = "" | "test" | "xTest";

class PackageReading {
  readonly #context: BuildContext;
  readonly #dir: string;
  readonly #lists = new Map<FileList, string[]>();
  /** Assembler files for the C compiler. */
  readonly #cAssembler: string[] = [];
  readonly #cgoFlags = noCgoFlags();
  readonly #imports = new Map<Role, Set<string>>();
  readonly #embeds = new Map<Role, Set<string>>();
  readonly #files = new Map<string, SourceFile>();
  readonly #faults: PackageFault[] = [];
  #name = "";
  #firstFile = "";

  constructor(context: BuildContext, dir: string) {
    this.#context = context;
    this.#dir = dir;
  }

  add(file: PackageFile): void {
    const { name } = file;
    if (name.startsWith("_") || name.startsWith(".")) return;
    const extension = extensionOf(name);
    const kind = kindOf(extension);
    if (extension !== ".go" && kind === undefined) return;
    if (extension === ".go") this.#addGo(file);
    else if (kind !== undefined && !this.#isBuilt(file, extension)) this.#put("ignoredOtherFiles", name);
    else if (extension === ".S" || extension === ".sx") this.#cAssembler.push(name);
    else if (kind !== undefined) this.#put(kind, name);
  }

  result(): Package {
    const hasCgo = (this.#lists.get("cgoFiles")?.length ?? 0) > 0;
    for (const name of this.#cAssembler) this.#put(hasCgo ? "sFiles" : "ignoredOtherFiles", name);
    const list = (name: FileList): readonly string[] => sorted(this.#lists.get(name));
    const imports = (role: Role): readonly string[] => sorted(this.#imports.get(role));
    const embeds = (role: Role): readonly string[] => sorted(this.#embeds.get(role));
    return {
      name: this.#name,
      goFiles: list("goFiles"),
      cgoFiles: list("cgoFiles"),
      testGoFiles: list("testGoFiles"),
      xTestGoFiles: list("xTestGoFiles"),
      ignoredGoFiles: list("ignoredGoFiles"),
      invalidGoFiles: list("invalidGoFiles"),
      ignoredOtherFiles: list("ignoredOtherFiles"),
      cFiles: list("cFiles"),
      cxxFiles: list("cxxFiles"),
      mFiles: list("mFiles"),
      hFiles: list("hFiles"),
      fFiles: list("fFiles"),
      sFiles: list("sFiles"),
      swigFiles: list("swigFiles"),
      swigCxxFiles: list("swigCxxFiles"),
      sysoFiles: list("sysoFiles"),
      cgoFlags: this.#cgoFlags,
      imports: imports(""),
      testImports: imports("test"),
      xTestImports: imports("xTest"),
      embedPatterns: embeds(""),
      testEmbedPatterns: embeds("test"),
      xTestEmbedPatterns: embeds("xTest"),
      files: this.#files,
      faults: this.#faults,
    };
  }

  #put(list: FileList, name: string): void {
    const names = this.#lists.get(list) ?? [];
    names.push(name);
    this.#lists.set(list, names);
  }

  #isWrong(file: string, message: string): void {
    this.#faults.push({ file, message });
    if (this.#lists.get("invalidGoFiles")?.at(-1) !== file) this.#put("invalidGoFiles", file);
  }

  /** Whether a file that isn't Go's is built: it may have constraints in leading comments as Go files do. */
  #isBuilt({ name, read }: PackageFile, extension: string): boolean {
    if (!fileNameFits(name, this.#context)) return false;
    if (extension === ".syso") return true;
    const whole = read();
    const bytes = startsWithBom(whole) ? whole.subarray(3) : whole;
    const end = leadingCommentsEnd(bytes);
    if (typeof end !== "number") return true;
    const { constraint, constraintFault } = readConstraint(readBuildLines(bytes.subarray(0, end)));
    if (constraintFault !== undefined) return false;
    return constraint === undefined || constraintHolds(constraint, this.#context);
  }

  #addGo({ name, read }: PackageFile): void {
    if (!fileNameFits(name, this.#context)) return this.#put("ignoredGoFiles", name);
    const file = readSourceFile(read());
    this.#files.set(name, file);
    const { fault, constraint, constraintFault, packageName } = file;
    if (fault?.kind === "nul") return this.#isWrong(name, fault.message);
    if (constraintFault !== undefined) return this.#isWrong(name, constraintFault);
    if (constraint !== undefined && !constraintHolds(constraint, this.#context)) {
      return this.#put("ignoredGoFiles", name);
    }
    if (fault !== undefined) this.#isWrong(name, fault.message);
    const ownName = fault?.kind === "clause" ? "" : (packageName ?? "");
    // Not a package, but what others are told about it.
    if (ownName === "documentation") return this.#put("ignoredGoFiles", name);
    this.#place(name, file, this.#roleOf(name, ownName));
  }

  #roleOf(file: string, packageName: string): Role {
    const isTest = file.endsWith("_test.go");
    const isXTest = isTest && packageName.endsWith("_test") && this.#name !== packageName;
    const tested = isXTest ? packageName.slice(0, -"_test".length) : packageName;
    if (this.#name === "") [this.#name, this.#firstFile] = [tested, file];
    else if (tested !== this.#name) {
      const message = `found packages ${this.#name} (${this.#firstFile}) and ${tested} (${file})`;
      this.#isWrong(file, message);
    }
    return isXTest ? "xTest" : isTest ? "test" : "";
  }

  #place(name: string, file: SourceFile, role: Role): void {
    const imports = file.fault === undefined ? file.imports : [];
    const usesCgo = role === "" && imports.some(({ path }) => path === "C");
    for (const { path, preamble } of imports) {
      if (path !== "C") continue;
      if (role === "") this.#addCgoFlags(name, preamble);
      else this.#isWrong(name, `use of cgo in test ${name} not supported`);
    }
    if (usesCgo && !this.#context.cgo) return this.#put("ignoredGoFiles", name);
    this.#put(usesCgo ? "cgoFiles" : role === "" ? "goFiles" : `${role}GoFiles`, name);
    for (const { path } of imports) add(this.#imports, role, path);
    for (const { pattern } of file.fault === undefined ? file.embeds : []) add(this.#embeds, role, pattern);
  }

  #addCgoFlags(name: string, preamble: string): void {
    try {
      addCgoFlags(this.#cgoFlags, preamble, this.#context, this.#dir);
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      this.#isWrong(name, `${name}: ${error.message}`);
    }
  }
}

function add(to: Map<Role, Set<string>>, role: Role, value: string): void {
  to.set(role, (to.get(role) ?? new Set()).add(value));
}

function sorted(names: Iterable<string> | undefined): readonly string[] {
  return [...(names ?? [])].sort(compareBytewise);
}
