// What we read of Go packages, held against `go list`: the whole standard library and the go command's own source, which use every
// corner of build constraints, file names, imports, cgo and embedding.
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPackages } from "../../src/repo/goPackages.ts";
import { readProjectTree } from "../../src/repo/projectTree.ts";
import { tryCommand } from "../harness/command.ts";
import { goEnv, machineGo } from "../harness/goTools.ts";

/** What both sides say of a package, as text that can be compared. */
interface Said {
  readonly name: string;
  readonly files: readonly string[];
  readonly imports: readonly string[];
  readonly embeds: readonly string[];
  readonly embedded: readonly string[];
}

test("every package of Go itself", { timeout: 300_000 }, async ({ skip }) => {
  if (machineGo() === undefined) skip("no go command on PATH");
  const root = join(goEnv("GOROOT"), "src");
  const tree = await readProjectTree(root);
  const packages = await readPackages(
    tree,
    new Map([
      [".", "std"],
      ["cmd", "cmd"],
    ]),
  );
  const listed = new Map([...(await list(root, "std")), ...(await list(join(root, "cmd"), "cmd"))]);

  const ours = new Map<string, Said>();
  for (const { importPath, name, files, embeds, dir } of packages) {
    const path = importPath.replace(/^std\//, "");
    // Experiments are on or off by default in each Go version: only the go command knows.
    if (files.size === 0 || !listed.has(path)) continue;
    const imports = [...files.values()].flatMap(({ header }) => header.imports.map((each) => each.path));
    ours.set(path, {
      name,
      files: [...files.keys()].sort(),
      imports: unique(imports),
      embeds: unique(
        embeds.filter(({ file }) => files.has(file.slice(file.lastIndexOf("/") + 1))).map(({ pattern }) => pattern),
      ),
      embedded: unique(embeds.flatMap(({ matches }) => matches.map((match) => match.slice(dir.length + 1)))),
    });
  }
  const experimental = [...listed].filter(([path, { files }]) => {
    return JSON.stringify(files) !== JSON.stringify(ours.get(path)?.files) && mayDiffer.test(path);
  });
  for (const [path] of experimental) {
    listed.delete(path);
    ours.delete(path);
  }
  expect(listed.size).toBeGreaterThan(500);
  expect(experimental.length).toBeLessThan(20);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(listed));
});

/** Packages whose files hang on `goexperiment.…` and other tags that no project sets. */
const mayDiffer =
  /^(internal\/(runtime|goexperiment|abi|synctest|asan|msan|race)|runtime|reflect|crypto|sync|encoding\/json|simd|cmd\/(compile|link|go|internal|dist))/;

async function list(folder: string, pattern: string): Promise<Map<string, Said>> {
  const fields = "ImportPath,Name,GoFiles,CgoFiles,Imports,EmbedPatterns,EmbedFiles";
  const run = await tryCommand(["go", "list", "-e", `-json=${fields}`, pattern === "cmd" ? "cmd/..." : "./..."], {
    cwd: folder,
    env: { ...process.env, GOOS: "linux", GOARCH: "amd64", CGO_ENABLED: "1", GOFLAGS: "", GOPROXY: "off" },
    timeout: 200_000,
  });
  const found = new Map<string, Said>();
  for (const text of run.stdout.split(/^(?=\{)/m)) {
    if (text.trim() === "") continue;
    const each: Record<string, unknown> = JSON.parse(text);
    const strings = (name: string): string[] => (Array.isArray(each[name]) ? each[name].map(String) : []);
    const path = String(each["ImportPath"]);
    if (path.includes("vendor/") || strings("GoFiles").length + strings("CgoFiles").length === 0) continue;
    found.set(path, {
      name: String(each["Name"]),
      files: [...strings("GoFiles"), ...strings("CgoFiles")].sort(),
      // Go's own vendored packages have another path inside; [cmd/compile] marks what is built by its profile.
      imports: unique(strings("Imports").map((imported) => imported.replace(/^(cmd\/)?vendor\/| \[.*\]$/g, ""))),
      embeds: unique(strings("EmbedPatterns")),
      embedded: unique(strings("EmbedFiles")),
    });
  }
  return found;
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}
