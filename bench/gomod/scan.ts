// As `go list -e -deps std`: prints the packages of the standard library, each behind those that it imports.
// Tests are passed over, as that does. `node bench/gomod/scan.ts <GOROOT/src>`
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPackage } from "../../src/gomod/source.ts";

const [root = ""] = process.argv.slice(2);
const context = { goos: "linux", goarch: "amd64", cgo: true };
const importsOf = new Map<string, readonly string[]>();

function walk(path: string): void {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith(".go") && !entry.name.endsWith("_test.go"),
  );
  const found = readPackage(
    files.map(({ name }) => ({ name, read: () => readFileSync(`${root}/${path}/${name}`) })),
    context,
  );
  if (found.goFiles.length + found.cgoFiles.length > 0) importsOf.set(path, found.imports);
  for (const entry of entries) {
    const isPassed = entry.name === "testdata" || /^[._]/.test(entry.name) || (path === "" && entry.name === "cmd");
    if (entry.isDirectory() && !isPassed) walk(path === "" ? entry.name : `${path}/${entry.name}`);
  }
}

const listed = new Set<string>();
function list(path: string): void {
  const imports = importsOf.get(path);
  if (imports === undefined || listed.has(path)) return;
  listed.add(path);
  for (const each of imports) list(importsOf.has(each) ? each : `vendor/${each}`);
  lines.push(path);
}

const lines: string[] = [];
walk("");
for (const path of importsOf.keys()) list(path);
console.log(lines.join("\n"));
