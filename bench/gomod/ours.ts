// The counterpart of go/main.go: `node bench/gomod/ours.ts <case> <file> <warm-ups> <rounds> <times in a round>`.
import { readFileSync } from "node:fs";
import { modfile, zip } from "../../src/gomod/index.ts";
import { nodeZipPorts, withFile } from "../../test/gomod/nodeZip.ts";

const [name = "", file = "", ...numbers] = process.argv.slice(2);
const [warmUps = 0, rounds = 0, times = 1] = numbers.map(Number);
const text = readFileSync(file);

const cases: Readonly<Record<string, () => unknown>> = {
  format: () => modfile.format(modfile.parse("go.mod", text).syntax),
  parse: () => modfile.parse("go.mod", text),
  hash: () => withFile(file, (reader) => zip.hashZip(reader, "example.com/m", "v1.0.0", nodeZipPorts)),
  check: () => withFile(file, async (reader) => zip.checkZip(reader, "example.com/m", "v1.0.0")),
};
const run = cases[name];
if (run === undefined) throw new Error(`no case ${name}`);
const measured: number[] = [];
for (let round = -warmUps; round < rounds; round++) {
  const start = performance.now();
  for (let i = 0; i < times; i++) await run();
  if (round >= 0) measured.push((performance.now() - start) / times);
}
console.log(JSON.stringify(measured));
