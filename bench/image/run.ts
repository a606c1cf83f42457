// `make bench`: an image read by Fairlead, by dive in its CI mode, and by nothing but a decompressor, whole processes in turns.
//
//     node bench/image/run.ts [--rounds 3] [--output FILE]
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cacheFolder } from "../gateway/cacheFolder.ts";
import { describeMachine } from "../gateway/machine.ts";
import { median } from "../gateway/samples.ts";
import { reasonFor } from "../gateway/tools.ts";
import { type Measured, measureProcess } from "../wholeProcess.ts";
import { type MadeImage, writeMadeImage } from "./madeImage.ts";

const dive = "v0.13.1";
const images: readonly (MadeImage & { readonly title: string })[] = [
  { title: "1 GB, 60,000 files, 24 layers", layers: 24, files: 60_000, bytes: 1e9 },
  { title: "50 MB, 2,000 files, 6 layers", layers: 6, files: 2000, bytes: 50e6 },
];

interface Subject {
  readonly name: string;
  readonly argv: (image: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    output: { type: "string", default: fileURLToPath(new URL("../results/image.md", import.meta.url)) },
  },
});
const rounds = Number(values.rounds);
const launcher = fileURLToPath(new URL("../../bin/fairlead", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "fairlead-bench-image-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const ours: Subject = { name: "Fairlead", argv: (image) => [launcher, "image", "layers", "--json", image] };
// Each layer by itself, one after the other, to nowhere: no tar is read, no digest made.
const unpack =
  'for each in $(tar -tf "$1" | grep blobs/); do tar -xOf "$1" "$each" | gzip -dcq 2>/dev/null; done | cat >/dev/null';
const limit: Subject = { name: "decompressing alone", argv: (image) => ["/bin/sh", "-c", unpack, "sh", image] };
const theirs = diveOrReason();
const subjects = [ours, limit, ...(typeof theirs === "string" ? [] : [theirs])];
// What is compiled once is not what is measured.
execFileSync(launcher, ["--version"]);

const rows: string[] = [];
for (const image of images) {
  const path = join(scratch, `${image.layers}.tar`);
  process.stderr.write(`making an image of ${image.title}\n`);
  await writeMadeImage(path, image);
  const all = new Map<string, Measured[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      const { argv, env = {} } = subject;
      const measured = await measureProcess(argv(path), { env: { ...process.env, ...env } });
      process.stderr.write(
        `${subject.name}: ${measured.seconds.toFixed(2)} s, ${Math.round(measured.peak / 1e6)} MB\n`,
      );
      all.get(subject.name)?.push(measured);
    }
  }
  const seconds = (name: string): number => median((all.get(name) ?? []).map((each) => each.seconds)) ?? Number.NaN;
  const base = seconds(ours.name);
  for (const { name } of subjects) {
    const peak = Math.max(...(all.get(name) ?? []).map((each) => each.peak));
    const ratio = name === ours.name ? "" : `${(seconds(name) / base).toFixed(2)}×`;
    rows.push(
      `| ${image.title}, ${(statSync(path).size / 1e6).toFixed(0)} MB on disk | ${name} | ${seconds(name).toFixed(2)} s | ${ratio} | ${(peak / 1e6).toFixed(0)} MB |`,
    );
  }
}
const text = `# An image, layer by layer, beside dive

Written by \`node bench/image/run.ts\`, which \`make bench\` calls: \`fairlead image layers --json\` on an archive as \`docker save\` writes it,
dive ${dive} in its CI mode on the same, and the limit: its layers decompressed to nowhere, one after the other. Whole processes,
medians of ${rounds} rounds in turns, highest memory of the process tree. In the fourth column, how many times as long as Fairlead it
takes. Aims: at least 1/1.2 = 0.83× at the limit (ours at most 1.2 times as long), at least 5× at dive, at most 200 MB.
Absolute numbers are this machine's on this day.

| image | | time | ÷ Fairlead | memory |
|---|---|---:|---:|---:|
${rows.join("\n")}
${typeof theirs === "string" ? `\ndive is absent: ${theirs}\n` : ""}
## Machine and programs

| | |
|---|---|
${(await describeMachine()).map(([name, value]) => `| ${name} | ${value} |`).join("\n")}`;
if (values.output === "-") console.log(text);
else {
  mkdirSync(dirname(values.output), { recursive: true });
  writeFileSync(values.output, `${text}\n`);
  process.stderr.write(`written to ${values.output}\n`);
}

function diveOrReason(): Subject | string {
  const folder = join(cacheFolder(), `dive-${dive}`);
  const binary = join(folder, "dive");
  try {
    if (!existsSync(binary)) {
      process.stderr.write(`building dive (once; it is kept in ${folder})\n`);
      const env = { ...process.env, GOBIN: folder, GOFLAGS: "" };
      execFileSync("go", ["install", `github.com/wagoodman/dive@${dive}`], { env, stdio: "pipe" });
    }
  } catch (error) {
    return reasonFor(error);
  }
  return { name: "dive", argv: (image) => [binary, "--source", "docker-archive", image], env: { CI: "true" } };
}
