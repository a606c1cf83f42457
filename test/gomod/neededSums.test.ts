/**
 * The go.sum lines that we call needed, of real modules, before the go command itself: they alone suffice to build and to
 * list the modules, and without any one of them it refuses one of both.
 */
import { cp, readFile, writeFile } from "node:fs/promises";
import { hash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { hashGoMod } from "../../src/gomod/dirhash.ts";
import * as gosum from "../../src/gomod/gosum.ts";
import * as modfile from "../../src/gomod/modfile.ts";
import { escapePath, escapeVersion, type ModuleVersion } from "../../src/gomod/module.ts";
import * as mvs from "../../src/gomod/mvs.ts";
import { writeEvidence } from "../harness/evidence.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { machineGo, realUpstream } from "../harness/goTools.ts";
import { RecordedUpstream } from "../harness/recordedUpstream.ts";
import { seededRandom } from "../harness/seededRandom.ts";
import { TempDir } from "../harness/tempDir.ts";
import { isLong } from "./differential.ts";

/** With and without pruning, with few and many requirements; most have ambiguous prefixes among their imports. */
const modules: readonly string[] = [
  "github.com/spf13/cobra@v1.7.0",
  "github.com/fsnotify/fsnotify@v1.6.0",
  "github.com/prometheus/client_golang@v1.17.0",
  "go.uber.org/zap@v1.24.0",
  "go.etcd.io/bbolt@v1.3.7",
  "github.com/sirupsen/logrus@v1.9.0",
  "github.com/hashicorp/consul/api@v1.25.1",
  "github.com/spf13/viper@v1.7.0",
  "github.com/jackc/pgx/v4@v4.17.2",
  "github.com/onsi/ginkgo/v2@v2.4.0",
  "github.com/urfave/cli@v1.22.12",
  "github.com/prometheus/statsd_exporter@v0.29.0",
];
/** Lines left out of each, one at a time. */
const leftOut = isLong ? Infinity : 4;

const scope = new AsyncDisposableStack();
let upstream: RecordedUpstream;
beforeAll(async () => {
  upstream = scope.use(await RecordedUpstream.start({ upstream: realUpstream() }));
});
afterAll(() => scope.disposeAsync());

const rows: string[] = [];
afterAll(async () => {
  if (!isLong || rows.length === 0) return;
  const head =
    "# go.sum lines that a build needs\n\nOf each module: with these lines alone `go build -mod=readonly ./...` succeeds, " +
    "and with any one of them taken out `go list -deps ./...` or `go list -m all` refuses.\n\n| module | go | lines needed | in its own go.sum |\n|---|---|---|---|\n";
  await writeEvidence("gomod-needed-sums", `${head}${rows.join("\n")}\n`);
});

const downloadShape = z.object({ Dir: z.string() });
const packageShape = z.object({
  ImportPath: z.string(),
  Standard: z.boolean().optional(),
  Module: z.object({ Path: z.string(), Version: z.string().optional(), Main: z.boolean().optional() }).optional(),
});

/** `go list -json` prints objects one after the other. */
function parseObjects<T>(text: string, shape: z.ZodType<T>): T[] {
  return z.array(shape).parse(JSON.parse(`[${text.replaceAll(/^\}\n\{$/gm, "},\n{")}]`));
}

describe("needed go.sum lines", { timeout: isLong ? 1_200_000 : 180_000 }, () => {
  it.for(modules)("%s", async (module, { skip }) => {
    const go = machineGo() ?? skip("go is not on PATH");
    await using sandbox = await GoSandbox.create({ go, proxy: upstream.url, env: { GOSUMDB: "off" } });
    await using folder = await TempDir.create("needed");
    const empty = await sandbox.emptyModule();
    const run = async (args: readonly string[], cwd = folder.path): Promise<string> => {
      const { exitCode, stdout, stderr } = await sandbox.run(args, cwd);
      expect(exitCode, `go ${args.join(" ")}: ${stderr}`).toBe(0);
      return stdout;
    };
    const { Dir } = downloadShape.parse(JSON.parse(await run(["mod", "download", "-json", module], empty)));
    await cp(Dir, folder.path, { recursive: true });
    const ownSums = gosum.parse("go.sum", await readFile(folder.join("go.sum"), "utf8"));
    // What is imported, and by the way everything that is needed for that into the cache.
    const listed = await run(["list", "-mod=readonly", "-deps", "-json=ImportPath,Standard,Module", "./..."]);
    const packages = parseObjects(listed, packageShape).flatMap(({ ImportPath, Standard, Module }) =>
      Standard === true || Module === undefined
        ? []
        : [{ path: ImportPath, mod: { path: Module.Path, version: Module.Version ?? "" } }],
    );

    const file = modfile.parse("go.mod", await readFile(folder.join("go.mod")));
    const cached = (mod: { path: string; version: string }, extension: string): string =>
      join(sandbox.modcache, "cache/download", escapePath(mod.path), "@v", escapeVersion(mod.version) + extension);
    const requirements = mvs.moduleRequirements({ file }, { goMod: (mod) => readFile(cached(mod, ".mod")) });
    await run(["list", "-mod=readonly", "-m", "all"]);
    const needed = gosum.neededSums({
      requirements,
      packages,
      graph: await requirements.graph(),
      replacementOf: (mod) => mvs.replacementOf(requirements.context.mains, mod),
    });
    const sumOf = async ({ path, version }: ModuleVersion): Promise<string> => {
      const plain = { path, version: version.replace(/\/go\.mod$/, "") };
      if (plain.version === version) return (await readFile(cached(plain, ".ziphash"), "utf8")).trim();
      return hashGoMod(await readFile(cached(plain, ".mod")), (data) => hash("sha256", data));
    };
    const lines = await Promise.all(needed.map(async (mod) => `${mod.path} ${mod.version} ${await sumOf(mod)}\n`));
    await writeFile(folder.join("go.sum"), lines.join(""));
    const build = ["list", "-mod=readonly", "-deps", "./..."];
    const list = ["list", "-mod=readonly", "-m", "all"];
    await run(build);
    await run(list);
    if (isLong) await run(["build", "-mod=readonly", "./..."]);
    const random = seededRandom(lines.length);
    const sample = lines.map((line) => ({ line, key: random() })).sort((a, b) => a.key - b.key);
    for (const { line } of sample.slice(0, leftOut)) {
      await writeFile(folder.join("go.sum"), lines.filter((other) => other !== line).join(""));
      const runs = [await sandbox.run(build, folder.path), await sandbox.run(list, folder.path)];
      const refusal = runs.find(({ exitCode }) => exitCode !== 0);
      expect(refusal?.stderr ?? "nobody misses it", `${module} without ${line}`).toContain("missing go.sum entry");
    }
    rows.push(`| ${module} | ${file.go?.version ?? "–"} | ${lines.length} | ${ownSums.size} |`);
  });
});
