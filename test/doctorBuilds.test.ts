/**
 * The truth of the doctor, by real builds. What a finding says will fail does, in a real engine; after `fairlead doctor --fix` it
 * does not. And examples/broken: repositories that end healthy by following the doctor alone.
 */
import { appendFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExampleFiles } from "../src/doctor/rule.ts";
import { rules } from "../src/doctor/rules.ts";
import { readCi } from "../src/repo/ci/readCi.ts";
import { command, type CommandRun, tryCommand } from "./harness/command.ts";
import { DockerEngine } from "./harness/dockerEngine.ts";
import { GitServer } from "./harness/gitServer.ts";
import { goEnv } from "./harness/goTools.ts";
import { imageNeeds, loadDebian, loadFiles, loadGolang } from "./harness/images.ts";
import { LanGateway } from "./harness/lanGateway.ts";
import { missing } from "./harness/require.ts";
import { TempDir } from "./harness/tempDir.ts";
import { testModule, type TestModule } from "./harness/testModule.ts";
import { writeProject } from "./harness/writeProject.ts";

const checkout = resolve(import.meta.dirname, "..");
const launcher = join(checkout, "bin/fairlead");

/** A rule's own bad example, or one that can be run without anything but what the tests have. */
interface Pair {
  readonly rule: string;
  readonly files?: ExampleFiles;
  /** What the build says, or where `prints` is given, the container. */
  readonly says: RegExp;
  /** What the container prints in the end. */
  readonly prints?: string;
  /** For `docker build`, of the folder. */
  readonly args?: (folder: TempDir) => readonly string[];
}

const alpine = "FROM alpine:3.20\n";

const pairs: readonly Pair[] = [
  { rule: "context/needed-file-ignored", says: /no matching files found|not found/ },
  { rule: "docker/copy-misses-packages", says: /no required module provides package|is not in std|cannot find/ },
  {
    rule: "docker/replace-not-copied",
    says: /replacement directory \.\/lib does not exist|lib\/go\.mod: no such file/,
  },
  { rule: "docker/workspace-member-not-copied", says: /cannot load module|go\.work file/ },
  { rule: "docker/copied-from-elsewhere", says: /"\/app": not found|\/app: no such file|not found/ },
  { rule: "docker/go-cache-without-home", says: /\.cache: permission denied/ },
  {
    rule: "docker/secret-not-mounted",
    files: { Dockerfile: `${alpine}RUN read -r word < /run/secrets/token && test -n "$word"\n`, token: "word\n" },
    says: /can't open \/run\/secrets\/token/,
    args: (folder) => ["--secret", `id=token,src=${folder.join("token")}`],
  },
  {
    rule: "docker/global-arg-not-redeclared",
    files: { Dockerfile: `ARG VERSION=1.2\n${alpine}RUN test "$VERSION" = 1.2\n` },
    says: /exit code: 1/,
  },
  {
    rule: "docker/entrypoint-not-executable",
    files: {
      "entrypoint.sh": "#!/bin/sh\necho started\n",
      Dockerfile: `${alpine}COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n`,
    },
    says: /permission denied/,
    prints: "started\n",
  },
  {
    rule: "docker/shell-form-without-shell",
    files: {
      Dockerfile: `FROM alpine:3.20 AS a\nFROM scratch\nCOPY --from=a /bin/echo /bin/echo\nENTRYPOINT /bin/echo started\n`,
    },
    says: /"\/bin\/sh": stat \/bin\/sh: no such file or directory/,
    prints: "started\n",
  },
  {
    rule: "docker/exec-form-single-quotes",
    files: { Dockerfile: `${alpine}ENTRYPOINT ['/bin/echo', 'started']\n` },
    says: /\[\/bin\/echo,: not found/,
    prints: "started\n",
  },
  {
    rule: "docker/cmd-never-passed",
    files: { Dockerfile: `${alpine}ENTRYPOINT /bin/echo started\nCMD ["--port", "8080"]\n` },
    says: /^started\n$/,
    prints: "started --port 8080\n",
  },
];

const reason = missing(...DockerEngine.needs, ...imageNeeds, "musl-tools", "busybox-static");
const scope = new AsyncDisposableStack();
let engine: DockerEngine;

beforeAll(async () => {
  if (reason !== undefined) return;
  engine = scope.use(await DockerEngine.start());
  await loadGolang(engine, "golang:here");
  await loadDebian(engine);
  await loadAlpine();
  // Compiled once for all: the standard library, with cgo and without.
  await using warm = await writeProject({
    "go.mod": "module example.com/warm\n",
    "main.go": 'package main\n\nimport (\n\t"fmt"\n\t"net"\n)\n\nfunc main() { fmt.Println(net.IPv4zero) }\n',
    Dockerfile: `FROM golang:here\nWORKDIR /warm\nCOPY . .\nRUN go build -o /dev/null . && CGO_ENABLED=0 go build -o /dev/null .\nWORKDIR /go\n`,
  });
  const tags = [goMinor(), `${goMinor()}-bookworm`].flatMap((tag) => ["--tag", `golang:${tag}`]);
  await engine.docker(["build", "--network", "none", ...tags, warm.path], { timeout: 300_000 });
}, 600_000);

afterAll(() => scope.disposeAsync());

/** What is of Alpine in our examples: musl's loader and a shell. */
async function loadAlpine(): Promise<void> {
  const busybox = await readFile("/usr/bin/busybox").catch(() => readFile("/bin/busybox"));
  const loader = (await command(["sh", "-c", "readlink -f /lib/ld-musl-*.so.1"])).trim();
  const files = { "bin/sh": busybox, "bin/echo": busybox, "etc/os-release": "ID=alpine\n" };
  const musl = { [`lib/ld-musl-${loader.includes("aarch64") ? "aarch64" : "x86_64"}.so.1`]: await readFile(loader) };
  await loadFiles(engine, "alpine:3.20", { ...files, ...musl }, { Env: ["PATH=/bin"], Cmd: ["/bin/sh"] });
}

function goMinor(): string {
  return goEnv("GOVERSION").replace(/^go(\d+\.\d+).*$/, "$1");
}

/** With this machine's Go, and nothing to download. */
function here(files: ExampleFiles): ExampleFiles {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      withGo(text)
        .replaceAll("WORKDIR /src\n", "")
        .replace(/^(FROM golang\S*(?: AS \w+)?)\n/, "$1\nWORKDIR /src\nENV GOPROXY=off\n"),
    ]),
  );
}

function withGo(text: string): string {
  return text.replaceAll("golang:1.24", `golang:${goMinor()}`);
}

interface Outcome {
  readonly ok: boolean;
  readonly said: string;
}

/** Builds, and where something is to be printed, runs what was built. */
async function tryImage(folder: string, args: readonly string[], prints: string | undefined): Promise<Outcome> {
  const built = await engine.tryDocker(["build", "--tag", "doctor", ...args], { cwd: folder, timeout: 300_000 });
  if (built.exitCode !== 0 || prints === undefined)
    return { ok: built.exitCode === 0, said: built.stderr + built.stdout };
  const ran = await engine.tryDocker(["run", "--rm", "--network", "none", "doctor"]);
  return { ok: ran.exitCode === 0 && ran.stdout === prints, said: ran.stdout + ran.stderr };
}

/** On a machine of the company whose module is private. */
function doctor(folder: string, ...args: readonly string[]): Promise<CommandRun> {
  return tryCommand([launcher, "doctor", folder, ...args], {
    env: { ...process.env, NO_COLOR: "1", GOPRIVATE: "git.corp.internal" },
  });
}

describe("before and after", { timeout: 600_000 }, () => {
  test.each(pairs)(
    "$rule: it fails, and does not once it is mended",
    async ({ rule: id, files, says, prints, args }) => {
      if (reason !== undefined) return;
      const rule = rules.find((each) => each.id === id);
      if (rule === undefined) throw new Error(`there is no rule ${id}`);
      await using folder = await writeProject(here(files ?? rule.examples.bad));
      const all = ["--network", "none", ...(args?.(folder) ?? []), "."];
      const before = await tryImage(folder.path, all, prints);
      expect(before.ok).toBe(false);
      expect(before.said).toMatch(says);
      const fixed = await doctor(folder.path, "--fix", "--rule", id);
      expect(fixed, fixed.stderr).toMatchObject({ exitCode: 0 });
      const after = await tryImage(folder.path, all, prints);
      expect(after.ok, after.said).toBe(true);
    },
  );
});

interface Example {
  readonly name: string;
  /** What the build or the container says before. */
  readonly says: RegExp;
  readonly prints: string;
  readonly args?: readonly string[];
  /** How it is built once it is mended, where that is another way. */
  readonly argsAfter?: readonly string[];
}

describe("examples/broken end healthy", { timeout: 600_000 }, () => {
  /** A copy in a repository of its own, with the versions that this machine has. */
  async function copyOf(name: string): Promise<TempDir> {
    const folder = await TempDir.create(name);
    await cp(join(checkout, "examples/broken", name), folder.path, { recursive: true });
    await command(["git", "init", "--quiet"], { cwd: folder.path });
    return folder;
  }

  async function useThisGo(folder: TempDir, file = "Dockerfile"): Promise<void> {
    await writeFile(folder.join(file), withGo(await readFile(folder.join(file), "utf8")));
  }

  /** Nothing is left to be told of, but what is no more than advice. */
  async function follow(folder: TempDir, ...args: readonly string[]): Promise<void> {
    const fixed = await doctor(folder.path, "--fix", ...args);
    expect(fixed, fixed.stdout + fixed.stderr).toMatchObject({ exitCode: 0 });
    const left = await doctor(folder.path);
    expect(left, left.stdout).toMatchObject({ exitCode: 0 });
  }

  async function endsHealthy(
    folder: TempDir,
    { says, prints, args = ["."], argsAfter = args }: Omit<Example, "name">,
  ): Promise<void> {
    const before = await tryImage(folder.path, args, prints);
    expect(before.ok).toBe(false);
    expect(before.said).toMatch(says);
    await follow(folder);
    const after = await tryImage(folder.path, argsAfter, prints);
    expect(after.ok, after.said).toBe(true);
  }

  const offline: readonly Example[] = [
    {
      name: "cgo-on-musl",
      says: /exec \/app: no such file|"\/app": no such file|no such file or directory/,
      prints: "length 7\n",
    },
    { name: "variables-lost", says: /no such file or directory/, prints: "loopback true\n" },
    {
      name: "workspace-member",
      says: /cannot load module \.\.\/lib|cannot load module lib|lib\/go\.mod/,
      prints: "hello from the workspace\n",
    },
  ];

  test.each(offline)("$name", async ({ name, ...example }) => {
    if (reason !== undefined) return;
    await using folder = await copyOf(name);
    await useThisGo(folder);
    await endsHealthy(folder, { ...example, args: ["--network", "none", "."] });
  });

  test("replace-outside: built from where the compose file says", async () => {
    if (reason !== undefined) return;
    await using folder = await copyOf("replace-outside");
    await useThisGo(folder, "app/Dockerfile");
    await endsHealthy(folder, {
      says: /replacement directory \.\.\/shared does not exist|open \/src\/shared\/go\.mod: no such file/,
      prints: "hello from shared\n",
      args: ["--network", "none", "app"],
      argsAfter: ["--network", "none", "-f", "app/Dockerfile", "."],
    });
    expect(await readFile(folder.join("compose.yaml"), "utf8")).toBe(
      "services:\n  app:\n    build:\n      context: .\n      dockerfile: app/Dockerfile\n",
    );
  });

  test("go-sum-ignored", async () => {
    if (reason !== undefined) return;
    await using gateway = await LanGateway.start(engine.lan);
    await using folder = await copyOf("go-sum-ignored");
    await useThisGo(folder);
    await endsHealthy(folder, {
      says: /"\/go\.sum": not found|go\.sum: no such file|not found/,
      prints: "Hello, world.\n",
      args: ["--build-arg", `GOPROXY=${gateway.url}`, "."],
    });
  });

  test("private-module", async () => {
    if (reason !== undefined) return;
    const name = "git.corp.internal";
    const { address } = engine.lan;
    await using server = await GitServer.start({ address, name, user: "ci", password: "word" });
    const repository = await server.repository("team/lib");
    const greeting = 'package lib\n\nfunc Greeting() string { return "hello from the company" }\n';
    await repository.commit({ "lib.go": greeting }, "Greet");
    await repository.git("tag", "v1.0.0");
    // The company's own image knows the company's authority.
    await using corporate = await writeProject({
      "ca.crt": server.authority,
      netrc: `machine ${name} login ci password word\n`,
      Dockerfile: `FROM golang:${goMinor()}\nCOPY ca.crt /usr/local/share/ca-certificates/corp.crt\nRUN update-ca-certificates\n`,
    });
    await engine.docker(["build", "--network", "none", "--tag", `golang:${goMinor()}.99-bookworm`, corporate.path]);
    await using folder = await copyOf("private-module");
    const dockerfile = withGo(await readFile(folder.join("Dockerfile"), "utf8"));
    await writeFile(folder.join("Dockerfile"), dockerfile.replace(`${goMinor()}-`, `${goMinor()}.99-`));
    const args = ["--add-host", `${name}:${address}`, "."];
    await endsHealthy(folder, {
      says: /terminal prompts disabled|401 Unauthorized/,
      prints: "hello from the company\n",
      args,
      argsAfter: ["--secret", `id=netrc,src=${corporate.join("netrc")}`, ...args],
    });
  });

  test("vendor-drifted: the file that was released, from the module cache", async () => {
    await using folder = await copyOf("vendor-drifted");
    const run = (): Promise<string> =>
      command(["go", "run", "."], { cwd: folder.path, env: { ...process.env, GOFLAGS: "" } });
    expect(await run()).toBe(`["one" "two three" "'four'"] <nil>\n`);
    await command(["go", "mod", "download"], { cwd: folder.path });
    const told = await doctor(folder.path);
    expect(told).toMatchObject({ exitCode: 1 });
    expect(told.stdout).toContain("error vendor/github.com/google/shlex/shlex.go:81:1 vendor/changed");
    await follow(folder, "--unsafe");
    expect(await run()).toBe(`["one" "two three" "four"] <nil>\n`);
  });

  test(
    "lock-files-ignored: the jobs, run as GitLab runs them, leave the commit as it is",
    { timeout: 300_000 },
    async () => {
      await using folder = await copyOf("lock-files-ignored");
      await using home = await TempDir.create("home");
      for (const version of ["v1.0.0", "v1.1.0"])
        await serve(home.join("proxy"), testModule("example.com/greet", version));
      const who = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
      const commit = async (): Promise<string> => {
        await command(["git", "add", "--all"], { cwd: folder.path });
        return command(["git", ...who, "commit", "--quiet", "--message", "x"], { cwd: folder.path });
      };
      const changedByCi = async (): Promise<string> => {
        const [pipeline] = await readCi([".gitlab-ci.yml"], (path) => readFile(folder.join(path), "utf8"));
        for (const { steps } of pipeline?.jobs ?? []) {
          const script = steps.map((step) => step.script?.text ?? "").join("\n");
          const go = {
            GOFLAGS: "-modcacherw",
            GOPATH: home.join("go"),
            GOSUMDB: "off",
            GOPROXY: `file://${home.join("proxy")}`,
          };
          const env = { ...process.env, ...go, npm_config_offline: "true" };
          const ran = await tryCommand(["bash", "-eo", "pipefail", "-c", script], { cwd: folder.path, env });
          expect(ran.exitCode, ran.stdout + ran.stderr).toBe(0);
        }
        return command(["git", "status", "--porcelain"], { cwd: folder.path });
      };
      await commit();
      expect(await changedByCi()).toBe(" M go.mod\n M go.sum\n M package-lock.json\n");
      await command(["git", "checkout", "--quiet", "."], { cwd: folder.path });
      await follow(folder, "--unsafe");
      await commit();
      expect(await changedByCi()).toBe("");
    },
  );
});

/** As a folder that GOPROXY names with file://. */
async function serve(proxy: string, { path, version, info, mod, zip }: TestModule): Promise<void> {
  const folder = join(proxy, path, "@v");
  await mkdir(folder, { recursive: true });
  await appendFile(join(folder, "list"), `${version}\n`);
  for (const [kind, bytes] of Object.entries({ info, mod, zip }))
    await writeFile(join(folder, `${version}.${kind}`), bytes);
}
