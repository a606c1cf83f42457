// `make bench`: fairlead/gomod beside golang.org/x/mod and the go command, the same work in one run, in turns.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeMachine } from "../gateway/machine.ts";
import { median } from "../gateway/samples.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Of each case: Go and ours take turns so often, each time for three rounds. */
const turns = 3;

interface Case {
  readonly title: string;
  /** In milliseconds, of a few rounds. */
  readonly go: () => readonly number[];
  readonly ours: () => readonly number[];
  /** Our time divided by Go's may be at most this. */
  readonly aim: number | undefined;
}

/** As JavaScript, which is what the published package holds. Gives the path of a program of this folder. */
function build(folder: string, program: string): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const options =
    "--ignoreConfig --noCheck --rewriteRelativeImportExtensions --target es2024 --lib es2024,esnext.disposable " +
    "--module nodenext --types node";
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, join(here, program), ...options.split(" "), "--rootDir", root, "--outDir", folder];
  execFileSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return join(folder, "bench/gomod", program.replace(/\.ts$/, ".js"));
}

function prepare(folder: string): readonly Case[] {
  const program = join(folder, "go-bench");
  const env = { ...process.env, GOFLAGS: "" };
  execFileSync("go", ["build", "-o", program, "."], { cwd: join(here, "go"), env, stdio: "inherit" });
  const zip = join(folder, "100MB.zip");
  execFileSync(program, ["make", zip], { stdio: "inherit" });
  const large = join(folder, "go.mod");
  const requires = Array.from(
    { length: 1000 },
    (_, i) => `\tgithub.com/acme/module${i} v1.${i % 40}.${i % 7} // indirect`,
  );
  writeFileSync(large, `module example.com/m\n\ngo 1.26.0\n\nrequire (\n${requires.join("\n")}\n)\n`);
  const inProcess = (title: string, name: string, file: string, aim: number | undefined, counts: string): Case => {
    const args = [name, file, ...counts.split(" ")];
    return {
      title,
      aim,
      go: () => parseRounds(execFileSync(program, args, { encoding: "utf8" })),
      ours: () => parseRounds(execFileSync(process.execPath, [join(here, "ours.ts"), ...args], { encoding: "utf8" })),
    };
  };
  const scan = build(join(folder, "js"), "scan.ts");
  const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8", env }).trim();
  const real = largestGoMod();
  const [kilobytes, megabytes] = [statSync(real).size / 1000, statSync(zip).size / 1e6].map(Math.round);
  return [
    inProcess(`go.mod of kubernetes, ${kilobytes} kB: parse and format`, "format", real, undefined, "5 3 50"),
    inProcess("go.mod of 1,000 requirements: parse", "parse", large, 3, "5 3 20"),
    inProcess(`h1 of a zip of ${megabytes} MB`, "hash", zip, 1 / 0.9, "1 3 1"),
    inProcess("the same zip: names and sizes checked", "check", zip, undefined, "2 3 5"),
    {
      title: "packages of the standard library by import, process and all (`go list -e -deps std`)",
      aim: 2,
      go: () => wallTimes("go", ["list", "-e", "-deps", "std"], { ...env, CGO_ENABLED: "1" }),
      ours: () => wallTimes(process.execPath, [scan, join(goroot, "src")], env),
    },
  ];
}

function largestGoMod(): string {
  const projects = fileURLToPath(new URL("../../test/fixtures/projects/", import.meta.url));
  const files = readdirSync(projects, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(projects, name, "go.mod"));
  return files.reduce((largest, file) => (statSync(file).size > statSync(largest).size ? file : largest));
}

function parseRounds(output: string): readonly number[] {
  const parsed: unknown = JSON.parse(output);
  if (!Array.isArray(parsed)) throw new TypeError(`no rounds: ${output}`);
  return parsed.map(Number);
}

function wallTimes(command: string, args: readonly string[], env: NodeJS.ProcessEnv): readonly number[] {
  return Array.from({ length: 3 }, () => {
    const start = performance.now();
    execFileSync(command, args, { env, encoding: "utf8", maxBuffer: 1 << 26 });
    return performance.now() - start;
  });
}

/** A row of the table. */
function measure({ title, go, ours, aim }: Case): string {
  const [theirs, own]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    theirs.push(...go());
    own.push(...ours());
  }
  const ratio = (median(own) ?? 0) / (median(theirs) ?? 1);
  process.stderr.write(`${title}: ${ratio.toFixed(2)}\n`);
  const verdict = aim === undefined ? "–" : `≤ ${aim.toFixed(2)}: ${ratio <= aim ? "reached" : "**missed**"}`;
  return `| ${title} | ${show(theirs)} | ${show(own)} | ${ratio.toFixed(2)} | ${verdict} |`;
}

function show(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(2));
  return `${(median(values) ?? 0).toFixed(2)} (${low} – ${high})`;
}

const folder = mkdtempSync(join(tmpdir(), "fairlead-bench-gomod-"));
try {
  const rows = prepare(folder).map(measure);
  const machine = await describeMachine();
  const text = `# fairlead/gomod beside Go

Written by \`make bench\`: golang.org/x/mod and the go command beside ours, the same work in one run, in ${turns} turns of three
rounds each after warming up. Milliseconds: median (lowest – highest). Absolute numbers are this machine's on this day.

|  | Go | ours | ours ÷ Go | aim |
| --- | ---: | ---: | ---: | --- |
${rows.join("\n")}

The go command has an index of the standard library in its cache and reads none of its files; ours reads all of them.

## Machine

|  |  |
| --- | --- |
${machine
  .filter(([name]) => name !== "wrk")
  .map(([name, value]) => `| ${name} | ${value} |`)
  .join("\n")}
`;
  const output = fileURLToPath(new URL("../results/gomod.md", import.meta.url));
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, text);
  process.stderr.write(`written to ${output}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
