import { execFile, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import { fromByteString, toByteString } from "../../src/gomod/utf8.ts";

const run = promisify(execFile);
const source = import.meta.dirname;

/** What Go says to one case: a value, or the text of an error or panic. */
export interface Answer {
  readonly value: unknown;
  readonly error: string | undefined;
}

/** A Go process that answers; see main.go. */
export interface Oracle {
  /** Asks `op` about each case, a list of arguments, all in one go. */
  ask(op: string, cases: readonly (readonly string[])[]): Promise<readonly Answer[]>;
  close(): void;
}

/**
 * Which Go code answers: `modules` is golang.org/x/mod, `goCommand` the internals of the go command on the PATH, of the very
 * release that is installed.
 */
export type OracleKind = "modules" | "goCommand";

/** What a test hands over to be skipped by. */
type Skip = Pick<TestContext, "skip">;

/**
 * Starts an oracle, or skips the test: where there is no Go or too old a one, where golang.org/x/mod can't be had, or where
 * a release of the go command is too different inside to be asked.
 */
export async function startOracle({ skip }: Skip, kind: OracleKind): Promise<Oracle> {
  const { goroot, version } = await goInstallation({ skip });
  if (kind === "modules") await moduleSource({ skip });
  try {
    return talkTo(await build(kind, goroot, version));
  } catch (error) {
    if (kind === "goCommand") return skip(`the go command of ${version} can't be asked: ${firstLines(error)}`);
    throw error;
  }
}

/** The folder with the source of golang.org/x/mod, its tests and their data included. */
export async function moduleSource({ skip }: Skip): Promise<string> {
  try {
    const { stdout } = await go(["mod", "download", "-json", "golang.org/x/mod"]);
    return field(JSON.parse(stdout), "Dir");
  } catch (error) {
    return skip(`golang.org/x/mod can't be downloaded: ${firstLines(error)}`);
  }
}

async function goInstallation({ skip }: Skip): Promise<{ goroot: string; version: string }> {
  const goMod = await readFile(join(source, "go.mod"), "utf8");
  const needed = /^go 1\.([0-9]+)/m.exec(goMod)?.[1] ?? "0";
  try {
    const { stdout } = await go(["env", "-json", "GOROOT", "GOVERSION"], tmpdir());
    const env: unknown = JSON.parse(stdout);
    const version = field(env, "GOVERSION");
    const minor = /^go1\.([0-9]+)/.exec(version)?.[1] ?? needed;
    if (Number(minor) >= Number(needed)) return { goroot: field(env, "GOROOT"), version };
    return skip(`go on PATH is ${version}, the oracle needs go1.${needed}`);
  } catch (error) {
    if (isMissing(error)) return skip("go is not on PATH");
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function firstLines(error: unknown): string {
  return String(error).split("\n").slice(0, 3).join(" ");
}

function field(object: unknown, name: string): string {
  const value: unknown = typeof object === "object" && object !== null ? Reflect.get(object, name) : undefined;
  if (typeof value !== "string") throw new TypeError(`go answered without ${name}`);
  return value;
}

function go(args: readonly string[], cwd: string = source): Promise<{ stdout: string }> {
  const env = { ...process.env, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" };
  return run("go", [...args], { cwd, env, maxBuffer: 64 * 1024 * 1024 });
}

/** Builds the program once for its sources and Go release, and gives its path. */
async function build(kind: OracleKind, goroot: string, version: string): Promise<string> {
  const folder = kind === "modules" ? source : join(source, "_cmdgo");
  const key = createHash("sha256").update(version);
  for (const file of [
    join(source, "main.go"),
    ...(await goFiles(folder)),
    join(source, "go.sum"),
    import.meta.filename,
  ]) {
    key.update(file).update(await readFile(file));
  }
  const cache = join(tmpdir(), "fairlead-oracle", key.digest("hex").slice(0, 16));
  const program = join(cache, kind);
  if (await exists(program)) return program;
  // Two test files may come here at once: each builds beside, and the last to rename wins.
  const beside = join(cache, randomUUID());
  await mkdir(beside, { recursive: true });
  const built = join(beside, kind);
  if (kind === "modules") await go(["build", "-o", built, "."]);
  else await go(["build", "-overlay", await writeOverlay(beside, goroot), "-o", built, overlaid], join(goroot, "src"));
  await rename(built, program);
  return program;
}

const overlaid = "cmd/go/internal/fairleadoracle";

/** Functions of the go command that those in _cmdgo stand in for: they would download something, or run it. */
const standIns: readonly (readonly [file: string, name: string])[] = [
  ["modload/query.go", "versionHasGoMod"],
  ["modload/modfile.go", "rawGoModData"],
  ["toolchain/select.go", "Exec"],
];

/** Puts the files of _cmdgo into the go command's source, without touching it. */
async function writeOverlay(folder: string, goroot: string): Promise<string> {
  const src = join(goroot, "src");
  const replace: Record<string, string> = { [join(src, overlaid, "main.go")]: join(source, "main.go") };
  for (const file of await goFiles(join(source, "_cmdgo"))) {
    const name = file.slice(join(source, "_cmdgo").length + 1);
    // What stands before the first underscore or dot is the package: modload.go, modload_graph.go.
    const [target = ""] = name.split(/[_.]/);
    const folder = target === "ops" ? overlaid : `cmd/go/internal/${target}`;
    replace[join(src, folder, `fairlead_${name}`)] = file;
  }
  for (const [name, renamed] of standIns) {
    const original = join(src, "cmd/go/internal", name);
    const copy = join(folder, name.replaceAll("/", "_"));
    replace[original] = copy;
    const text = await readFile(original, "utf8");
    await writeFile(copy, text.replace(`\nfunc ${renamed}(`, `\nfunc real_${renamed}(`));
  }
  const overlay = join(folder, "overlay.json");
  await writeFile(overlay, JSON.stringify({ Replace: replace }));
  return overlay;
}

async function goFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith(".go")).map((name) => join(folder, name));
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function talkTo(program: string): Oracle {
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  child.on("close", () => {
    for (const { reject } of waiting.splice(0)) reject(new Error("the oracle has ended; its standard error says why"));
  });
  return {
    async ask(op, cases) {
      const line = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
      child.stdin.write(`${JSON.stringify({ op, cases: cases.map((args) => args.map(toByteString)) })}\n`);
      return parseAnswers(await line, cases.length);
    },
    close: () => child.stdin.end(),
  };
}

/** Keys of objects are texts as others are. */
function fromBytes(value: unknown): unknown {
  if (typeof value === "string") return fromByteString(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [fromByteString(key), each]));
}

function parseAnswers(line: string, count: number): readonly Answer[] {
  const reply: unknown = JSON.parse(line, (_, value: unknown) => fromBytes(value));
  const answers: unknown =
    typeof reply === "object" && reply !== null && "answers" in reply ? reply.answers : undefined;
  if (!Array.isArray(answers) || answers.length !== count) throw new TypeError("the oracle gave no answers");
  return answers.map((answer: unknown) => {
    if (typeof answer !== "object" || answer === null || !("value" in answer)) throw new TypeError("no answer");
    const error: unknown = "error" in answer ? answer.error : undefined;
    return { value: answer.value, error: typeof error === "string" ? error : undefined };
  });
}
