// Where go, npm and pip get packages from: read, asked, set and put back by the real tools, in homes of their own and with
// servers of this machine alone. Then npm and pip through a mirror, while their first registry is dead.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command, type CommandRun, tryCommand } from "./harness/command.ts";
import { debianGo, machineGo } from "./harness/goTools.ts";
import { requireAll } from "./harness/require.ts";
import { TempDir } from "./harness/tempDir.ts";
import { zipFile } from "./harness/zipFile.ts";

const launcher = resolve(import.meta.dirname, "../bin/fairlead");
/** Nothing listens on port 1. */
const dead = "http://127.0.0.1:1";

interface Registry {
  readonly url: string;
  readonly asked: string[];
  /** Every Authorization header that came. */
  readonly shown: ReadonlySet<string>;
  readonly server: Server;
}

/** What a path is answered with: a body, or `stall`: its first half and then nothing. */
type Answers = Readonly<
  Record<
    string,
    {
      readonly type: string;
      readonly body: Buffer | string;
      readonly stall?: true;
      /** The Authorization header without which it is refused. */
      readonly for?: string;
    }
  >
>;

const scope = new AsyncDisposableStack();
let folder: TempDir;
beforeAll(async () => {
  folder = scope.use(await TempDir.create("mirrors"));
});
afterAll(() => scope.disposeAsync());

async function registry(answersAt: (url: string) => Answers): Promise<Registry> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const asked: string[] = [];
  const shown = new Set<string>();
  const answers = answersAt(url);
  server.on("request", (request, response) => {
    const path = (request.url ?? "").replace(/\?.*/, "");
    asked.push(path);
    const { authorization } = request.headers;
    if (authorization !== undefined) shown.add(authorization);
    const answer = answers[path];
    if (answer?.for !== undefined && answer.for !== authorization) return response.writeHead(401).end("who are you?\n");
    if (answer === undefined) return response.writeHead(404).end("no such package\n");
    const body = Buffer.from(answer.body);
    response.writeHead(200, { "content-type": answer.type, "content-length": body.length });
    return answer.stall === true ? response.write(body.subarray(0, body.length >> 1)) : response.end(body);
  });
  scope.defer(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return { url, asked, shown, server };
}

let homes = 0;

/** A home with nothing of this machine's settings, and a working folder in it. */
async function home(settings: string): Promise<{ path: string; env: NodeJS.ProcessEnv; run: Run }> {
  const path = folder.join(`home${homes++}`);
  await mkdir(path);
  await writeFile(`${path}/fairlead.yaml`, settings);
  const go = (machineGo() ?? debianGo())?.command ?? "go";
  const env = {
    PATH: `${isAbsolute(go) ? `${dirname(go)}:` : ""}/usr/bin:/bin:${process.env["PATH"] ?? ""}`,
    HOME: path,
    CI: "true",
    GOTOOLCHAIN: "local",
    npm_config_update_notifier: "false",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_CONFIG_FILE: undefined,
  };
  const run: Run = (...args) => tryCommand(args, { cwd: path, env });
  return { path, env, run };
}

type Run = (...args: readonly string[]) => Promise<CommandRun>;

test("what is set is asked, what is better is set the tools' own way, and put back", async ({ skip }) => {
  requireAll(skip, "python3-pip");
  if ((machineGo() ?? debianGo()) === undefined) return skip("there is no go command here");
  const good = await registry(() => ({
    "/golang.org/x/mod/@v/list": { type: "text/plain", body: "v0.1.0\n" },
    "/npm/ms/latest": { type: "application/json", body: '{"name":"ms","version":"2.1.3"}' },
    "/simple/six/": { type: "text/html", body: '<a href="six-1.0.tar.gz">six</a>' },
  }));
  const page = await registry(() => ({ "/ms/latest": { type: "text/html", body: "<html>log in</html>" } }));
  const mirrors = `mirrors:\n  go: ["${good.url}"]\n  npm: ["${page.url}", "${good.url}/npm/"]\n  pip: ["${good.url}/simple"]\n`;
  const { run } = await home(mirrors);
  await run("go", "env", "-w", `GOPROXY=${dead},direct`);
  await run("npm", "config", "set", `registry=${dead}/`, "--location=user");

  const shown = await run(launcher, "mirrors", "go", "npm");
  expect(shown.exitCode, shown.stderr).toBe(1);
  expect(shown.stdout).toMatch(/go {4}GOPROXY = http:\/\/127\.0\.0\.1:1,direct {2}\(go env -w, \S+\)/);
  expect(shown.stdout).toContain("connection refused");
  expect(shown.stdout).toMatch(/\d+ ms {2}ok {2}\(fairlead\.yaml\)/);
  expect(shown.stdout).toContain(`better: ${good.url}|${dead},direct`);
  expect(shown.stdout).toContain("answers with something else than a package");
  expect(shown.stdout).toContain(`better: ${good.url}/npm/`);
  expect((await run("go", "env", "GOPROXY")).stdout).toBe(`${dead},direct\n`);

  // pip is set to nothing: its own default is for it to say, and is not asked here.
  await run("pip3", "config", "--user", "set", "global.index-url", `${dead}/simple`);
  const applied = await run(launcher, "mirrors", "--apply");
  expect(applied.exitCode, applied.stdout + applied.stderr).toBe(0);
  expect(applied.stdout).toContain(`done: go env -w GOPROXY=${good.url}|${dead},direct`);
  expect((await run("go", "env", "GOPROXY")).stdout).toBe(`${good.url}|${dead},direct\n`);
  expect((await run("npm", "config", "get", "registry")).stdout).toBe(`${good.url}/npm/\n`);
  expect((await run("pip3", "config", "get", "global.index-url")).stdout).toBe(`${good.url}/simple\n`);
  expect((await run(launcher, "mirrors")).exitCode).toBe(0);

  const undone = await run(launcher, "mirrors", "--undo");
  expect(undone.exitCode, undone.stdout + undone.stderr).toBe(0);
  expect((await run("go", "env", "GOPROXY")).stdout).toBe(`${dead},direct\n`);
  expect((await run("npm", "config", "get", "registry")).stdout).toBe(`${dead}/\n`);
  expect((await run("pip3", "config", "get", "global.index-url")).stdout).toBe(`${dead}/simple\n`);
  expect((await run(launcher, "mirrors", "--undo")).stdout).toContain("nothing was set by fairlead mirrors");
});

describe("fairlead run", () => {
  test("npm ci succeeds while the first registry is dead and the second stalls", async () => {
    const { path, run } = await home("");
    await mkdir(`${path}/tiny/package`, { recursive: true });
    await writeFile(`${path}/tiny/package/package.json`, '{"name":"tiny-made-up","version":"1.0.0","main":"i.js"}');
    await writeFile(`${path}/tiny/package/i.js`, "module.exports = 42;\n");
    await command(["tar", "-czf", `${path}/tiny.tgz`, "-C", `${path}/tiny`, "package"]);
    const tarball = await readFile(`${path}/tiny.tgz`);
    const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
    const answers = (url: string, stall?: true): Answers => {
      const dist = { tarball: `${url}/tiny-made-up/-/tiny-made-up-1.0.0.tgz`, integrity };
      const manifest = { name: "tiny-made-up", version: "1.0.0", dist };
      const document = { name: "tiny-made-up", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": manifest } };
      const file = { type: "application/octet-stream", body: tarball, ...(stall === undefined ? {} : { stall }) };
      return {
        "/tiny-made-up": { type: "application/json", body: JSON.stringify(document) },
        "/tiny-made-up/-/tiny-made-up-1.0.0.tgz": file,
      };
    };
    const stalls = await registry((url) => answers(url, true));
    const good = await registry((url) => answers(url));
    const limits = "gateway: { retries: 0, timeouts: { connect: 2s, firstByte: 2s, stall: 1s } }";
    await writeFile(`${path}/fairlead.yaml`, `${limits}\nmirrors: { npm: ["${stalls.url}", "${good.url}"] }\n`);
    await writeFile(`${path}/.npmrc`, `registry=${dead}/\nfund=false\n`);
    const project = { name: "project", version: "1.0.0", dependencies: { "tiny-made-up": "1.0.0" } };
    await writeFile(`${path}/package.json`, JSON.stringify(project));
    const locked = { version: "1.0.0", resolved: `${dead}/tiny-made-up/-/tiny-made-up-1.0.0.tgz`, integrity };
    const packages = { "": project, "node_modules/tiny-made-up": locked };
    await writeFile(`${path}/package-lock.json`, JSON.stringify({ ...project, lockfileVersion: 3, packages }));

    const ci = await run(launcher, "run", "--", "npm", "ci");
    expect(ci.exitCode, ci.stdout + ci.stderr).toBe(0);
    expect(await readFile(`${path}/node_modules/tiny-made-up/i.js`, "utf8")).toBe("module.exports = 42;\n");
    expect(ci.stderr).toContain(`${dead} connection refused`);
    expect(ci.stderr).toContain("stalled");
    expect(ci.stderr).toMatch(/1 answer, \d\.\d kB/);
    expect(stalls.asked).toContain("/tiny-made-up/-/tiny-made-up-1.0.0.tgz");
    // By its document too, which names each registry's own address.
    await run("rm", "-rf", "node_modules", "package-lock.json", ".npm");
    const install = await run(launcher, "run", "--", "npm", "install");
    expect(install.exitCode, install.stdout + install.stderr).toBe(0);
    expect(existsSync(`${path}/node_modules/tiny-made-up/i.js`)).toBe(true);
  });

  test("npm's tokens go to the registry that they are for, and nowhere else", async () => {
    const { path, run } = await home("");
    const made = async (name: string): Promise<Buffer> => {
      await mkdir(`${path}/${name}/package`, { recursive: true });
      await writeFile(`${path}/${name}/package/package.json`, JSON.stringify({ name, version: "1.0.0", main: "i.js" }));
      await writeFile(`${path}/${name}/package/i.js`, "module.exports = 42;\n");
      await command(["tar", "-czf", `${path}/made.tgz`, "-C", `${path}/${name}`, "package"]);
      return readFile(`${path}/made.tgz`);
    };
    const serving = (name: string, tarball: Buffer, authorization?: string): Promise<Registry> =>
      registry((url) => {
        const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
        const dist = { tarball: `${url}/npm/${name}/-/it-1.0.0.tgz`, integrity };
        const manifest = { name, version: "1.0.0", dist };
        const document = { name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": manifest } };
        const guard = authorization === undefined ? {} : { for: authorization };
        return {
          [`/npm/${name.replace("/", "%2f")}`]: { type: "application/json", body: JSON.stringify(document), ...guard },
          [`/npm/${name}/-/it-1.0.0.tgz`]: { type: "application/octet-stream", body: tarball, ...guard },
        };
      });
    const [plain, scoped] = [await made("tiny-made-up"), await made("@team/private")];
    const main = await serving("tiny-made-up", plain, "Bearer main-token");
    const fallback = await serving("tiny-made-up", plain);
    const team = await serving("@team/private", scoped, "Bearer team-token");
    await writeFile(`${path}/fairlead.yaml`, `gateway: { retries: 0 }\nmirrors: { npm: ["${fallback.url}/npm"] }\n`);
    const place = (url: string): string => url.replace("http:", "");
    await writeFile(`${path}/.npmrc`, `${place(main.url)}/npm/:_authToken=\${MAIN_TOKEN}\nfund=false\n`);
    await mkdir(`${path}/project`);
    const settings = `registry=${main.url}/npm/\n@team:registry=${team.url}/npm/\n${place(team.url)}/npm/:_authToken=team-token\n`;
    await writeFile(`${path}/project/.npmrc`, settings);
    const dependencies = { "tiny-made-up": "1.0.0", "@team/private": "1.0.0" };
    await writeFile(`${path}/project/package.json`, JSON.stringify({ name: "p", version: "1.0.0", dependencies }));

    const script = `cd project && MAIN_TOKEN=main-token ${launcher} run --config ../fairlead.yaml --`;
    const install = await run("sh", "-c", `${script} npm install`);
    expect(install.exitCode, install.stdout + install.stderr).toBe(0);
    // Nothing of this run's addresses is left behind.
    const lock = await readFile(`${path}/project/package-lock.json`, "utf8");
    expect(lock).toContain(`"resolved": "${main.url}/npm/tiny-made-up/-/it-1.0.0.tgz"`);
    expect(lock).toContain(`"resolved": "${team.url}/npm/@team/private/-/it-1.0.0.tgz"`);
    await run("rm", "-rf", ".npm");
    const ci = await run("sh", "-c", `${script} npm ci`);
    expect(ci.exitCode, ci.stdout + ci.stderr).toBe(0);
    expect(existsSync(`${path}/project/node_modules/@team/private/i.js`)).toBe(true);
    expect([...main.shown]).toEqual(["Bearer main-token"]);
    expect([...team.shown]).toEqual(["Bearer team-token"]);
    expect([...fallback.shown]).toEqual([]);
    expect(install.stderr + ci.stderr).not.toMatch(/(main|team)-token/);
  });

  test("pip install succeeds while the first index is dead and the second's file breaks off", async ({ skip }) => {
    requireAll(skip, "python3-pip");
    const info = "tiny_made_up-1.0.dist-info";
    const wheel = zipFile([
      { name: "tiny_made_up.py", bytes: Buffer.from("answer = 42\n") },
      { name: `${info}/METADATA`, bytes: Buffer.from("Metadata-Version: 2.1\nName: tiny-made-up\nVersion: 1.0\n") },
      { name: `${info}/WHEEL`, bytes: Buffer.from("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n") },
      {
        name: `${info}/RECORD`,
        bytes: Buffer.from(`tiny_made_up.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`),
      },
    ]);
    const hash = createHash("sha256").update(wheel).digest("hex");
    const file = "tiny_made_up-1.0-py3-none-any.whl";
    const answers = (place: string, stall?: true): Answers => ({
      "/simple/tiny-made-up/": {
        type: "text/html",
        body: `<a href="../../${place}/${file}#sha256=${hash}">${file}</a>`,
      },
      [`/${place}/${file}`]: {
        type: "application/octet-stream",
        body: wheel,
        ...(stall === undefined ? {} : { stall }),
      },
    });
    const stalls = await registry(() => answers("files", true));
    const good = await registry(() => answers("other/place"));
    const limits = "gateway: { retries: 0, timeouts: { connect: 2s, firstByte: 2s, stall: 1s } }";
    const { path, run, env } = await home(
      `${limits}\nmirrors: { pip: ["${stalls.url}/simple", "${good.url}/simple"] }\n`,
    );
    await mkdir(`${path}/.config/pip`, { recursive: true });
    await writeFile(`${path}/.config/pip/pip.conf`, `[global]\nindex-url = ${dead}/simple\n`);
    const pip = ["pip3", "install", "--no-cache-dir", "--target", `${path}/lib`, "tiny-made-up"];
    const done = await run(launcher, "run", "--", ...pip);
    expect(done.exitCode, done.stdout + done.stderr).toBe(0);
    expect(await readFile(`${path}/lib/tiny_made_up.py`, "utf8")).toBe("answer = 42\n");
    expect(done.stderr).toContain(`${dead}/simple connection refused`);
    expect(stalls.asked).toContain(`/files/${file}`);
    expect(good.asked).toContain(`/other/place/${file}`);
    expect(env.HOME).toBe(path);
  });

  test("pip's user and password go to their index, and its files on the same host", async ({ skip }) => {
    requireAll(skip, "python3-pip");
    const info = "tiny_made_up-1.0.dist-info";
    const text = (name: string, body: string): { name: string; bytes: Buffer } => ({ name, bytes: Buffer.from(body) });
    const wheel = zipFile([
      text("tiny_made_up.py", "answer = 42\n"),
      text(`${info}/METADATA`, "Metadata-Version: 2.1\nName: tiny-made-up\nVersion: 1.0\n"),
      text(`${info}/WHEEL`, "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
      text(`${info}/RECORD`, `tiny_made_up.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`),
    ]);
    const hash = createHash("sha256").update(wheel).digest("hex");
    const file = "tiny_made_up-1.0-py3-none-any.whl";
    const guard = `Basic ${Buffer.from("ci:p@ss").toString("base64")}`;
    const page = `<a href="/files/${file}#sha256=${hash}">${file}</a>`;
    const index = await registry(() => ({
      "/simple/tiny-made-up/": { type: "text/html", body: page, for: guard },
      [`/files/${file}`]: { type: "application/octet-stream", body: wheel, for: guard },
    }));
    const { path, run } = await home("gateway: { retries: 0 }\n");
    await mkdir(`${path}/.config/pip`, { recursive: true });
    const url = index.url.replace("//", "//ci:p%40ss@");
    await writeFile(`${path}/.config/pip/pip.conf`, `[global]\nindex-url = ${url}/simple\n`);
    const pip = ["pip3", "install", "--no-cache-dir", "--target", `${path}/lib`, "tiny-made-up"];
    const done = await run(launcher, "run", "--", ...pip);
    expect(done.exitCode, done.stdout + done.stderr).toBe(0);
    expect(done.stderr).not.toMatch(/p(@|%40)ss/);
    expect(existsSync(`${path}/lib/tiny_made_up.py`)).toBe(true);
  });
});
