// fairlead route against the real go command: whom it asks, in which order, and where it stops, for combinations of the
// settings that decide; and what `go env` says of each setting.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseModulePath } from "../src/gomod/module.ts";
import { goVariableNames, readGoEnvironment } from "../src/repo/goEnvironment.ts";
import { localHost } from "../src/repo/goHost.ts";
import { type ModuleRoute, moduleRoute } from "../src/repo/moduleRoute.ts";
import { askedHops, databaseWay, type Hop, type Outcome } from "../src/repo/proxyChain.ts";
import { debianGo, machineGo } from "./harness/goTools.ts";
import { TempDir } from "./harness/tempDir.ts";
import { type Answers, type Asked, GoWorld } from "./route/goWorld.ts";

const go = machineGo();
const oldGo = debianGo();
const run = promisify(execFile);
const launcher = resolve(import.meta.dirname, "../bin/fairlead");
const lib = "git.corp.example/team/lib";

let world: GoWorld;
let folder: TempDir;
beforeAll(async () => {
  world = await GoWorld.start();
  folder = await TempDir.create("route");
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

interface Case {
  readonly id: string;
  /** As it stands in the table. */
  readonly row: string;
  /** GOPROXY with letters for proxies: `a,b|direct`. */
  readonly list: string;
  readonly answers: Answers;
  readonly settings: Readonly<Record<string, string>>;
  readonly module: string;
  /** The settings stand in the environment, or in the file that `go env -w` writes. */
  readonly inFile: boolean;
}

/** A row is `GOPROXY / answers / other settings / module`, short enough for a table; `_` in a value is a blank. */
function parseCase(row: string, index: number): Case {
  const [list = "", answers = "", settings = "", module = lib] = row.split(" / ").map((part) => part.trim());
  const withBlanks = Object.entries(pairs(settings)).map(([name, value]) => [name, value.replaceAll("_", " ")]);
  return {
    id: `run${index}`,
    row,
    list,
    answers: pairs(answers),
    settings: Object.fromEntries(withBlanks),
    module,
    inFile: index % 2 === 1,
  };
}

function pairs(text: string): Record<string, string> {
  const words = text.split(" ").filter((word) => word !== "");
  return Object.fromEntries(words.map((word) => [word.replace(/=.*/, ""), word.replace(/^[^=]*=/, "")]));
}

// What isn't said of a source answers 404.
const lists = [
  "a",
  "a,direct",
  "a|direct",
  "a,b",
  "a|b",
  "a,b,direct",
  "a|b,direct",
  "a,b|direct",
  "a,off",
  "a|off",
  " a , ,b ,",
];
const answered = ["", "a=200", "a=500 b=200", "a=403 b=410", "a=404 b=200 a.sumdb=500"];
const crossed = lists.flatMap((list) => answered.map((answers) => `${list} / ${answers}`));

const chosen = [
  "off",
  "direct",
  "direct,a / a=200",
  "off,a / a=200",
  "a,direct / a=410",
  "a,direct / a=cut",
  "a|b / a=cut b=200 a.sumdb=cut b.sumdb=200",
  ", / a=200",
  // Private by each of the ways that there are.
  "a,direct / a=200 / GOPRIVATE=*.corp.example",
  "a,direct / a=200 / GOPRIVATE=git.corp.example/team",
  "a,direct / a=200 / GOPRIVATE=git.corp.example/other,*.corp.example/*/lib",
  "a,direct / a=200 / GOPRIVATE=corp.example",
  "a,direct / a=200 / GOPRIVATE=*.corp.example/",
  "a,direct / a=200 / GOPRIVATE=https://git.corp.example",
  "a,direct / a=200 / GOPRIVATE=x.example,_git.corp.example",
  "a,direct / a=200 / GOPRIVATE=Git.corp.example",
  "a,direct / a=200 / GOPRIVATE=git.corp.example/team/lib/*",
  "a,direct / a=200 / GOPRIVATE=[",
  "a / a=200 / GOPRIVATE=*.corp.example",
  "off / / GOPRIVATE=*.corp.example",
  "direct / / GOPRIVATE=*.corp.example",
  "a,off / a=200 / GOPRIVATE=*.corp.example",
  "a,direct / a=200 / GOPRIVATE=*.corp.example GONOPROXY=none",
  "a,direct / a=200 / GOPRIVATE=*.corp.example GONOSUMDB=none",
  "a,direct / a=200 / GONOPROXY=git.corp.example",
  "a,direct / a=404 / GONOPROXY=other.example",
  "a,direct / a=200 a.sumdb=200 / GONOSUMDB=git.corp.example",
  "a,direct / a=200 a.sumdb=200 / GONOSUMDB=other.example",
  "a,direct / a=200 / GOINSECURE=git.corp.example",
  "a,direct / a=404 / GOINSECURE=git.corp.example",
  "a / / GOPRIVATE=git.corp.example GOINSECURE=git.corp.example",
  "a,direct / a=404 / GOPRIVATE=git.corp.example GOVCS=private:off",
  // The checksum database: through which proxy, directly, or not at all.
  "a,direct / a=200 a.sumdb=200",
  "a,direct / a=200 a.sumdb=410",
  "a|direct / a=200 a.sumdb=500",
  "a|off / a=200 a.sumdb=500",
  "a|b / a=200 a.sumdb=500",
  "a|b / a=200 a.sumdb=500 b.sumdb=200",
  "a,b / a=200 b.sumdb=200",
  "a,b,direct / a=200 b.sumdb=500",
  "a,b|direct / a=200 b.sumdb=cut",
  "a / a=200 / GOSUMDB=off",
  "a / a=200 / GOSUMDB=sum.golang.org_SUMS",
  "a,direct / a=200 a.sumdb=200 / GOSUMDB=sum.golang.org_SUMS",
  "a / a=200 / GOSUMDB=nobody.example",
  "a / a=200 / GOSUMDB=a_b_c",
  "a / a=200 / GOSUMDB=off GOPRIVATE=*.corp.example",
  "a / a=200 a.sumdb=200 / GONOSUMDB=golang.org / golang.org/toolchain@v0.0.1-go1.99.0.linux-amd64",
  "a / a=200 a.sumdb=200 / GOSUMDB=off / golang.org/toolchain@v0.0.1-go1.99.0.linux-amd64",
  // No module mode at all.
  "a / a=200 / GO111MODULE=off",
  "a / a=200 / GO111MODULE=auto GOSUMDB=off",
  "a / a=200 / GO111MODULE=perhaps",
  "a / a=200 / GOFLAGS=-mod=vendor GOSUMDB=off",
];

const cases = [...crossed, ...chosen].map(parseCase);

async function environmentOf(each: Case): Promise<NodeJS.ProcessEnv> {
  const list = each.list.replaceAll(/\b[ab]\b/g, (letter) => world.url(each.id, letter));
  const entries = Object.entries({ GOPROXY: list, ...each.settings });
  const settings = entries.map(([name, value]) => [name, value.replace("SUMS", world.url(each.id, "sums"))] as const);
  const file = folder.join(`${each.id}.env`);
  if (each.inFile) await writeFile(file, settings.map(([name, value]) => `${name}=${value}\n`).join(""));
  return {
    PATH: process.env["PATH"],
    HOME: folder.path,
    GOENV: each.inFile ? file : "off",
    GOPATH: folder.join(each.id),
    GOFLAGS: "",
    GOTOOLCHAIN: "local",
    GIT_TERMINAL_PROMPT: "0",
    HTTP_PROXY: world.forwardProxy(each.id),
    HTTPS_PROXY: world.forwardProxy(each.id),
    ...(each.inFile ? {} : Object.fromEntries(settings)),
  };
}

/** What our decisions say the go command will ask, given how the sources answer. */
function predict(route: ModuleRoute, { answers, id }: Case): Way {
  const nameOf = ({ url }: Hop): string => (url === "direct" ? url : (url.split(`/${id}/`)[1] ?? url));
  const outcome = (answer = "404"): Outcome => {
    if (answer === "200") return "found";
    return answer === "404" || answer === "410" ? "notFound" : "failure";
  };
  const { download, checksum } = route;
  if (download.fault !== undefined) return { module: [], checksum: [] };
  const ofModule = (hop: Hop): Outcome => (hop.kind === "direct" ? "failure" : outcome(answers[nameOf(hop)]));
  const asked = askedHops(download.hops, ofModule);
  const last = asked.at(-1);
  const isFound = last !== undefined && ofModule(last) === "found";
  const module = asked.map(nameOf);
  if (!isFound || checksum.kind !== "database") return { module, checksum: [] };
  if (checksum.url !== undefined) return { module, checksum: ["sums"] };
  const ofSumdb = (hop: Hop): Outcome =>
    hop.kind === "direct" ? "notFound" : outcome(answers[`${nameOf(hop)}.sumdb`]);
  const supported = askedHops(checksum.hops, ofSumdb).filter(({ kind }) => kind === "proxy");
  const way = databaseWay(checksum.hops, ofSumdb);
  const through = typeof way === "string" ? (way === "direct" ? ["direct"] : []) : [nameOf(way)];
  return { module, checksum: [...supported.map((hop) => `${nameOf(hop)}?`), ...through] };
}

describe.skipIf(go === undefined)(go === undefined ? "needs a go command on PATH" : `as ${go.version} does it`, () => {
  test.concurrent.each(cases)("$id: $row", async (each) => {
    world.begin(each.id, each.answers);
    const env = await environmentOf(each);
    const { variable } = await readGoEnvironment(localHost(env));

    // With a GO111MODULE that it doesn't know, the go command doesn't even print its settings.
    const told = await run("go", ["env", "-json"], { env, cwd: folder.path }).catch(() => undefined);
    const settings: unknown = JSON.parse(told?.stdout ?? "{}");
    for (const name of told === undefined ? [] : compared) {
      expect({ [name]: variable(name).value }).toEqual({ [name]: Reflect.get(Object(settings), name) });
    }

    const [path = "", version = "v1.0.0"] = each.module.split("@");
    const args = ["mod", "download", "-json", `${path}@${version}`];
    await run("go", args, { env, cwd: folder.path, timeout: 60_000 }).catch(() => undefined);
    const predicted = predict(moduleRoute(parseModulePath(path), version, variable), each);
    expect(observed(world.asked(each.id))).toEqual(predicted);
  });

  test("there are enough cases", () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });
});

describe.skipIf(oldGo === undefined)(oldGo === undefined ? "needs Debian's golang-go" : `with ${oldGo.version}`, () => {
  test("settings of a toolchain without go.env are the same", async () => {
    const env = { PATH: dirname(oldGo?.command ?? ""), HOME: folder.path, GOENV: "off", GOPRIVATE: "*.corp.example" };
    const { variable, toolchainProxy } = await readGoEnvironment(localHost(env));
    const told: unknown = JSON.parse((await run("go", ["env", "-json"], { env, cwd: folder.path })).stdout);
    for (const name of compared)
      expect({ [name]: variable(name).value }).toEqual({ [name]: Reflect.get(Object(told), name) });
    expect(toolchainProxy).toBe(variable("GOPROXY").value);
    expect(variable("GOPROXY").origin.kind).toBe("toolchain");
  });
});

/** Those that `go env` tells of as they hold; GOAUTH it tells with its default. */
const compared = goVariableNames.filter((name) => name !== "GOAUTH" && name !== "GONOSUMCHECK");

interface Way {
  readonly module: readonly string[];
  readonly checksum: readonly string[];
}

/**
 * The sources in the order in which they were asked: for the module's first file, and then by which way the checksum
 * database was reached. Nothing is ever verified in this world, and what the go command tries after that failure is left out.
 */
function observed(asked: readonly Asked[]): Way {
  const first = asked.findIndex(({ kind }) => kind !== "module");
  const files = walks(first < 0 ? asked : asked.slice(0, first));
  // Each file goes the same way from its beginning.
  for (const walk of files) expect(walk).toEqual(files[0]);
  const rest = first < 0 ? [] : asked.slice(first);
  const end = rest.findIndex(({ kind }) => kind === "module");
  const checksum = end < 0 ? rest : rest.slice(0, end);
  const names = checksum.map(({ source, kind }) => (kind === "supported" ? `${source}?` : source));
  return { module: files[0] ?? [], checksum: withoutRepeats(names) };
}

/** A new walk begins with a new file, at the first proxy. */
function walks(asked: readonly Asked[]): readonly (readonly string[])[] {
  const found: Asked[][] = [];
  for (const each of asked) {
    const file = found.at(-1)?.findLast((earlier) => earlier.file !== undefined)?.file;
    if (found.length === 0 || (each.file !== undefined && file !== undefined && each.file !== file)) found.push([]);
    found.at(-1)?.push(each);
  }
  return found.map((walk) => withoutRepeats(walk.map(({ source }) => source)));
}

function withoutRepeats(sources: readonly string[]): string[] {
  return sources.filter((source, index) => source !== sources[index - 1]);
}

describe("the command", () => {
  interface Run {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
  }

  async function fairlead(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Run> {
    const clean = { PATH: process.env["PATH"], HOME: folder.path, GOENV: "off", NO_COLOR: "1", ...env };
    const result: unknown = await run(launcher, ["route", ...args], { env: clean, cwd: folder.path }).catch(
      (error: unknown) => error,
    );
    const text = (name: string): string => String(Reflect.get(Object(result), name) ?? "");
    return { status: Number(Reflect.get(Object(result), "code") ?? 0), stdout: text("stdout"), stderr: text("stderr") };
  }

  test("names the pattern and the place, in 80 columns", async () => {
    const env = {
      GOPRIVATE: "*.corp.example",
      GOPROXY: "https://u:hunter2@proxy.example.com,direct",
      GOSUMDB: "sum.golang.org",
    };
    const { status, stdout, stderr } = await fairlead([`${lib}@v1.0.0`], env);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(`GOPRIVATE's pattern "*.corp.example" matches`);
    expect(stdout).toMatch(/^ {2}GONOPROXY +\*\.corp\.example +from GOPRIVATE: environment$/m);
    expect(stdout).toContain("https://***@proxy.example.com,direct");
    expect(stdout).not.toContain("hunter2");
    const tooLong = stdout.split("\n").filter((line) => line.length > 80);
    expect(tooLong).toEqual([]);
  });

  test("--probe: each source's answer, and what the go command would do", async () => {
    world.begin("probe", { a: "404", b: "200" });
    const GOPROXY = `${world.url("probe", "a")},${world.url("probe", "b")},direct`;
    const { status, stdout } = await fairlead([`${lib}@v1.0.0`, "--probe"], { GOPROXY });
    expect(status).toBe(0);
    expect(stdout).toMatch(/answered 404, first byte after \d+ ms/);
    expect(stdout).toContain("| the test says so");
    expect(stdout).toContain("=> the go command goes on to the next");
    expect(stdout).toContain("| v1.0.0 of 2024-01-02T03:04:05Z");
    expect(stdout).toContain(`Now: it comes from ${world.url("probe", "b")}.`);
    expect(world.asked("probe").map(({ source }) => source)).toEqual(["a", "b"]);
  });

  test("--probe: status 3 when no source gives it, and sources behind the end are not asked", async () => {
    world.begin("stopped", { a: "500", b: "200" });
    const GOPROXY = `${world.url("stopped", "a")},${world.url("stopped", "b")}`;
    const { status, stdout } = await fairlead([lib, "--probe", "--json"], { GOPROXY, GOPRIVATE: "x.example" });
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      module: lib,
      version: null,
      download: {
        skipsProxies: null,
        hops: [
          { kind: "proxy", onward: "notFound" },
          { kind: "proxy", onward: "end" },
        ],
      },
      settings: { GOPRIVATE: { value: "x.example", origin: { kind: "environment" } } },
      probe: {
        result: "fails",
        hops: [
          { status: 500, next: "stop" },
          { status: null, next: "unreached" },
        ],
      },
    });
    expect(world.asked("stopped").map(({ source }) => source)).toEqual(["a"]);
  });

  test("needs no go command", async () => {
    const node = process.execPath;
    const main = resolve(import.meta.dirname, "../src/cli/start.ts");
    const env = { PATH: "", HOME: folder.path, NO_COLOR: "1", GOPROXY: "https://proxy.example.com" };
    const { stdout } = await run(node, [main, "route", lib], { env });
    expect(stdout).toContain("1. https://proxy.example.com");
    expect(stdout).toMatch(/GOSUMDB is set nowhere, and no go command was found/);
  });

  test.each([
    [["https://git.corp.example/team/lib"], "malformed module path"],
    [["fmt"], "missing dot in first path element"],
    [[`${lib}@`], "a version or a query is missing"],
    [[], "missing required argument"],
  ])("%j is wrong usage", async (args, message) => {
    const { status, stderr } = await fairlead(args, {});
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
