// Modules straight from git, held against the go command: the same repositories, asked with GOPROXY=direct.
import { mkdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashZip } from "../../src/gomod/zip.ts";
import { escapePath, escapeVersion } from "../../src/gomod/module.ts";
import type { Exchange } from "../harness/exchange.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { machineGo } from "../harness/goTools.ts";
import { TempDir } from "../harness/tempDir.ts";
import { bytesReader, nodeZipPorts } from "../gomod/nodeZip.ts";
import { Recipe, worldRepositories } from "./gitWorld.ts";

const root = "github.com/world";
const scope = new AsyncDisposableStack();
let folder: TempDir;
let fairlead: FairleadServer;

beforeAll(async () => {
  folder = scope.use(await TempDir.create("world"));
  fairlead = scope.use(
    await FairleadServer.start({
      upstream: "direct",
      settings: `fresh: { for: 0s, staleFor: 0s, negativeFor: 0s }\ndirect:\n  rules:\n    - prefix: ${root}\n      url: file://${folder.join("world")}`,
    }),
  );
}, 120_000);
afterAll(() => scope.disposeAsync());

/** What is compared of a version. */
interface Facts {
  readonly info: string;
  readonly mod: string;
  readonly h1: string;
}

describe.skipIf(machineGo() === undefined)("as the go command has it", () => {
  test.for(worldRepositories)("$name", { timeout: 300_000 }, async (repository) => {
    const recipe = new Recipe(folder.join("world", repository.name));
    await mkdir(recipe.path, { recursive: true });
    await recipe.git("init", "--quiet", "--initial-branch=main");
    const made = (await repository.make(recipe, root)) ?? {};
    for (const { path, queries = [] } of repository.modules) {
      const module = `${root}/${path}`;
      const versions = (await goVersions(module)) ?? [];
      if (versions.length > 0) {
        const list = await fairlead.get(`/${escapePath(module)}/@v/list`);
        expect(list.body.toString().trim().split("\n"), module).toEqual(versions);
      }
      const theirs = await goQuery(module, "latest");
      const latest = await fairlead.get(`/${escapePath(module)}/@latest`);
      if (theirs === undefined) expect(latest.status, latest.body.toString()).toBe(404);
      else expect(JSON.parse(latest.body.toString()), `${module}@latest`).toEqual(likeOurs(theirs, latest));
      expect(await ourFacts(module, versions), module).toEqual(await goFacts(module, versions));
      for (const query of [...queries, ...(made[path] ?? [])]) {
        const resolved = await goQuery(module, query);
        const ours = await fairlead.get(`/${escapePath(module)}/@v/${escapeVersion(query)}.info`);
        const what = `${module}@${query}: ${ours.body.toString()}`;
        if (resolved === undefined) {
          expect(ours.status, what).toBe(404);
          continue;
        }
        expect(ours.status, what).toBe(200);
        expect(JSON.parse(ours.body.toString()), what).toEqual(likeOurs(resolved, ours));
        const version = [resolved.Version];
        expect(await ourFacts(module, version), what).toEqual(await goFacts(module, version));
      }
    }
  });
});

/** The go command adds the sum of the tags where it has looked at the list, too; a proxy's answer is about one version. */
function likeOurs(theirs: Info, answer: Exchange): Info {
  const { Origin } = JSON.parse(answer.body.toString());
  const { TagSum, TagPrefix, ...rest } = theirs.Origin;
  const tags = { ...(Origin.TagPrefix && { TagPrefix }), ...(Origin.TagSum && { TagSum }) };
  return { ...theirs, Origin: { ...rest, ...tags } };
}

/** A go command that knows nothing yet. */
async function freshGo<T>(use: (sandbox: GoSandbox, cwd: string) => Promise<T>): Promise<T> {
  const go = machineGo();
  if (go === undefined) throw new Error("no go command");
  const env = {
    GOSUMDB: "off",
    GOVCS: "*:all",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `url.file://${folder.join("world")}/.insteadOf`,
    GIT_CONFIG_VALUE_0: `https://${root}/`,
  };
  await using sandbox = await GoSandbox.create({ go, proxy: "direct", env });
  return await use(sandbox, await sandbox.emptyModule());
}

interface Info {
  readonly Version: string;
  readonly Time: string;
  readonly Origin: Readonly<Record<string, string>>;
}

/** What the go command notes of the version that a query comes to. */
function goQuery(module: string, query: string): Promise<Info | undefined> {
  return freshGo(async (sandbox, cwd) => {
    const { stdout } = await sandbox.run(["mod", "download", "-json", `${module}@${query}`], cwd);
    const { Info, Origin } = stdout.startsWith("{") ? JSON.parse(stdout) : {};
    return Info === undefined ? undefined : { ...JSON.parse(await readFile(Info, "utf8")), Origin };
  });
}

function goVersions(module: string): Promise<string[] | undefined> {
  return freshGo(async (sandbox, cwd) => {
    const run = await sandbox.run(["list", "-m", "-versions", "-retracted", "-json", `${module}@latest`], cwd);
    return run.exitCode === 0 ? (JSON.parse(run.stdout).Versions ?? []) : undefined;
  });
}

function goFacts(module: string, versions: readonly string[]): Promise<Record<string, Facts | "fails">> {
  if (versions.length === 0) return Promise.resolve({});
  return freshGo(async (sandbox, cwd) => {
    const facts: Record<string, Facts | "fails"> = {};
    const run = await sandbox.run(["mod", "download", "-json", ...versions.map((v) => `${module}@${v}`)], cwd);
    const answers: { Version: string; Error?: string; Info: string; GoMod: string; Sum: string }[] = JSON.parse(
      `[${run.stdout.replaceAll("}\n{", "},{")}]`,
    );
    for (const { Version, Error: failed, Info, GoMod, Sum } of answers) {
      facts[Version] =
        failed !== undefined
          ? "fails"
          : { info: await readFile(Info, "utf8"), mod: await readFile(GoMod, "utf8"), h1: Sum };
    }
    return facts;
  });
}

async function ourFacts(module: string, versions: readonly string[]): Promise<Record<string, Facts | "fails">> {
  const facts: Record<string, Facts | "fails"> = {};
  for (const version of versions) {
    const at = `/${escapePath(module)}/@v/${escapeVersion(version)}`;
    const [info, mod, zip] = [
      await fairlead.get(`${at}.info`),
      await fairlead.get(`${at}.mod`),
      await fairlead.get(`${at}.zip`),
    ];
    facts[version] =
      info.status === 200 && mod.status === 200 && zip.status === 200
        ? {
            info: info.body.toString(),
            mod: mod.body.toString(),
            h1: await hashZip(bytesReader(zip.body), module, version, nodeZipPorts),
          }
        : "fails";
  }
  return facts;
}
