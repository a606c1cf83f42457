/**
 * Packages as we read them against `go list -json`: all of the standard library and the go command, and real modules, which
 * use every corner of build constraints, file names, imports, cgo and embedding.
 */
import { rm, writeFile } from "node:fs/promises";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as source from "../../src/gomod/source.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { goEnv, machineGo, realUpstream } from "../harness/goTools.ts";
import { RecordedUpstream } from "../harness/recordedUpstream.ts";
import { isLong } from "./differential.ts";
import { someModules } from "./realModules.ts";

const scope = new AsyncDisposableStack();
let upstream: RecordedUpstream;
beforeAll(async () => {
  upstream = scope.use(await RecordedUpstream.start({ upstream: realUpstream() }));
});
afterAll(() => scope.disposeAsync());

/** The fields of `go list`, and what they are called here. */
const fields = {
  GoFiles: "goFiles",
  CgoFiles: "cgoFiles",
  TestGoFiles: "testGoFiles",
  XTestGoFiles: "xTestGoFiles",
  IgnoredGoFiles: "ignoredGoFiles",
  InvalidGoFiles: "invalidGoFiles",
  IgnoredOtherFiles: "ignoredOtherFiles",
  CFiles: "cFiles",
  CXXFiles: "cxxFiles",
  MFiles: "mFiles",
  HFiles: "hFiles",
  FFiles: "fFiles",
  SFiles: "sFiles",
  SwigFiles: "swigFiles",
  SwigCXXFiles: "swigCxxFiles",
  SysoFiles: "sysoFiles",
  Imports: "imports",
  TestImports: "testImports",
  XTestImports: "xTestImports",
  EmbedPatterns: "embedPatterns",
  TestEmbedPatterns: "testEmbedPatterns",
  XTestEmbedPatterns: "xTestEmbedPatterns",
} as const;
const flags = {
  CgoCFLAGS: "cFlags",
  CgoCPPFLAGS: "cppFlags",
  CgoCXXFLAGS: "cxxFlags",
  CgoFFLAGS: "fFlags",
  CgoLDFLAGS: "ldFlags",
  CgoPkgConfig: "pkgConfig",
} as const;

interface Listed {
  readonly dir: string;
  readonly importPath: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What `go list` prints, a JSON object behind another. */
function parseList(stdout: string): readonly Listed[] {
  return stdout
    .split(/^(?=\{)/m)
    .filter((text) => text.trim() !== "")
    .map((text) => {
      const each: Record<string, unknown> = JSON.parse(text);
      const strings = (name: string): string[] => (Array.isArray(each[name]) ? each[name].map(String) : []);
      // Packages of the standard library import some by another name than they write.
      const vendored = (path: string): string => path.replace(/^(cmd\/)?vendor\//, "");
      const lists = Object.entries(fields).map(([go, ours]) => [ours, strings(go).map(vendored).sort()]);
      const cgo = Object.entries(flags).map(([go, ours]) => [ours, strings(go)]);
      return {
        dir: String(each["Dir"]),
        importPath: String(each["ImportPath"]),
        facts: { name: each["Name"] ?? "", ...Object.fromEntries([...lists, ...cgo]) },
      };
    });
}

function ourFacts(dir: string, context: source.BuildContext): Readonly<Record<string, unknown>> {
  const files = readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ name, read: () => readFileSync(join(dir, name)) }));
  const found = source.readPackage(files, context, dir);
  const lists = Object.values(fields).map((ours) => [ours, [...found[ours]].sort()]);
  return { name: found.name, ...Object.fromEntries(lists), ...found.cgoFlags };
}

function expectSame(listed: readonly Listed[], context: source.BuildContext): void {
  const different = listed.flatMap(({ dir, importPath, facts }) => {
    const ours = ourFacts(dir, context);
    const names = Object.keys(facts).filter((name) => JSON.stringify(facts[name]) !== JSON.stringify(ours[name]));
    return names.map((name) => ({ importPath, name, go: facts[name], ours: ours[name] }));
  });
  expect(different.slice(0, 5)).toEqual([]);
}

const env = { GOOS: "linux", GOARCH: "amd64", CGO_ENABLED: "1", GOSUMDB: "off" };

async function contextOf(sandbox: GoSandbox, folder: string): Promise<source.BuildContext> {
  const { stdout } = await sandbox.run(["list", "-f", '{{join context.ToolTags ","}}', "runtime"], folder);
  const goMinor = Number(/^go1\.(\d+)/.exec(machineGo()?.version ?? "")?.[1]);
  return { goos: "linux", goarch: "amd64", cgo: true, goMinor, tags: new Set(stdout.trim().split(",")) };
}

it("the standard library and the go command", { timeout: 300_000 }, async ({ skip }) => {
  const go = machineGo() ?? skip("go is not on PATH");
  await using sandbox = await GoSandbox.create({ go, proxy: "off", env });
  const root = join(goEnv("GOROOT"), "src");
  const { stdout, exitCode, stderr } = await sandbox.run(["list", "-e", "-json", "-pgo=off", "std", "cmd"], root);
  expect(exitCode, stderr).toBe(0);
  const listed = parseList(stdout);
  expect(listed.length).toBeGreaterThan(500);
  expectSame(listed, await contextOf(sandbox, root));
});

describe("real modules", { timeout: isLong ? 1_800_000 : 180_000 }, () => {
  it.for(someModules(isLong ? 80 : 5, "source"))("%s", async (module, { skip }) => {
    const go = machineGo() ?? skip("go is not on PATH");
    await using sandbox = await GoSandbox.create({ go, proxy: upstream.url, env });
    const folder = await sandbox.emptyModule();
    const { stdout, stderr } = await sandbox.run(["mod", "download", "-json", module], folder);
    const downloaded: unknown = JSON.parse(stdout);
    const dir: unknown = typeof downloaded === "object" && downloaded !== null ? Reflect.get(downloaded, "Dir") : "";
    if (typeof dir !== "string" || dir === "") throw new Error(`${module} can't be downloaded: ${stderr} ${stdout}`);
    // Without its requirements: what is imported needn't be there to be named.
    await writeFile(join(dir, "go.mod"), `module ${module.slice(0, module.indexOf("@"))}\n\ngo 1.21\n`);
    await rm(join(dir, "vendor"), { recursive: true, force: true });
    const list = await sandbox.run(["list", "-e", "-json", "-pgo=off", "./..."], dir, {
      GOPROXY: "off",
      GOFLAGS: "-mod=readonly",
    });
    const listed = parseList(list.stdout).filter(({ dir: found }) => found.startsWith(dir));
    expect(listed.length, list.stderr).toBeGreaterThan(0);
    expectSame(listed, await contextOf(sandbox, folder));
  });
});
