// fairlead build with a real engine, a real registry and a real go command in the build's containers.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { appendFile, chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type CommandRun, tryCommand } from "../harness/command.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { FaultyUpstream } from "../harness/faultyUpstream.ts";
import { freePort } from "../harness/freePort.ts";
import { GitRepository } from "../harness/gitRepository.ts";
import { goProgram } from "../harness/goProgram.ts";
import { machineGo } from "../harness/goTools.ts";
import { imageNeeds, loadGolang } from "../harness/images.ts";
import { Registry } from "../harness/registry.ts";
import { missing } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";
import { testModule } from "../harness/testModule.ts";

// The first build compiles Go's runtime, perhaps beside another engine's tests.
vi.setConfig({ testTimeout: 600_000 });

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");
const user = { name: "ci", password: "pass: word$1" };
const secret = "a-secret-that-nobody-may-see";
/** No checksum database knows a module that was made up for tests. */
const unverified = 'verify: { except: "example.com/*" }';
const reason = missing(...DockerEngine.needs, ...Registry.needs, ...imageNeeds);

const dockerfile = `FROM golang:test AS build
ARG GOPROXY
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=secret,id=token \\
    echo "it is $(cat /run/secrets/token)" && CGO_ENABLED=0 go build -o /out/svc .

FROM scratch
ARG VERSION
LABEL test.version=$VERSION
COPY --from=build /out/svc /svc
ENTRYPOINT ["/svc"]
`;
const program =
  'package main\n\nimport fixture "example.com/lib"\n\nfunc main() { println("svc with lib", fixture.Version) }\n';

/** docker's client has BuildKit in it, or as a plugin, which Debian has not: a long run builds that from its module. */
const isLong = process.env["FAIRLEAD_LONG"] === "1";
const buildx = { path: "github.com/docker/buildx/cmd/buildx", version: "v0.19.3" };
const clients = isLong ? ["docker", "buildx"] : ["docker"];

describe.skipIf(reason !== undefined).each(clients)(reason ?? "fairlead build with %s", (client) => {
  const scope = new AsyncDisposableStack();
  let engine: DockerEngine;
  let registry: Registry;
  let upstream: FaultyUpstream;
  let folder: TempDir;
  let repository: GitRepository;
  let made = 0;
  let gatewayPort = 0;
  let argvLog = "";

  beforeAll(async () => {
    upstream = scope.use(await FaultyUpstream.start(testModule("example.com/lib", "v1.0.0", { ballast: 50_000 })));
    folder = scope.use(await TempDir.create("build"));
    engine = scope.use(await DockerEngine.start());
    registry = scope.use(await Registry.start({ lan: engine.lan, user }));
    await loadGolang(engine, "golang:test");
    if (client === "buildx") {
      await mkdir(`${engine.env["DOCKER_CONFIG"]}/cli-plugins`);
      await copyFile(
        await goProgram(buildx.path, buildx.version),
        `${engine.env["DOCKER_CONFIG"]}/cli-plugins/docker-buildx`,
      );
    }
    // A client that writes down what it is called with: nothing secret may be among it.
    argvLog = folder.join("argv");
    await mkdir(folder.join("bin"));
    const wrapper = `#!/bin/sh\nprintf '%s\\n' "$*" >> ${argvLog}\nexec /usr/bin/docker "$@"\n`;
    await writeFile(folder.join("bin/docker"), wrapper);
    await chmod(folder.join("bin/docker"), 0o755);
  }, 1_800_000);
  afterAll(async () => {
    await scope.disposeAsync();
  });

  beforeEach(async () => {
    repository = await GitRepository.create(folder.join(`svc${made++}`), "example.com/svc");
    gatewayPort = await freePort();
    await mkdir(folder.join("home"), { recursive: true });
    const files = {
      "go.mod": "module example.com/svc\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n",
      "main.go": program,
      Dockerfile: dockerfile,
      ".dockerignore": ".git\nfairlead.yaml\n",
      "fairlead.yaml": `service: { name: svc, image: ${registry.host}/team/svc }
build: { secrets: { token: { env: BUILD_TOKEN } } }
registry: { username: ${user.name}, password: "\${REGISTRY_PASSWORD}", insecure: true }
gateway: { listen: "127.0.0.1:${gatewayPort}", upstream: "${upstream.url}", ${unverified} }
`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(repository.path, name), text);
    await repository.git("rm", "--quiet", "--cached", "lib.go");
    await tryCommand(["rm", join(repository.path, "lib.go")]);
    const go = {
      GOPROXY: upstream.url,
      GOSUMDB: "off",
      GOFLAGS: "-mod=mod -modcacherw",
      GOMODCACHE: folder.join("mod"),
    };
    const tidied = await tryCommand([machineGo()?.command ?? "go", "mod", "tidy"], {
      cwd: repository.path,
      env: { ...process.env, ...go },
    });
    expect(tidied).toMatchObject({ exitCode: 0 });
    // A commit of its own in every test, also within one second.
    await repository.commit({ "test.txt": `${made}\n` }, `The service, ${made}`);
  });

  function env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      ...process.env,
      ...engine.env,
      PATH: `${folder.join("bin")}:${process.env["PATH"]}`,
      HOME: folder.join("home"),
      XDG_RUNTIME_DIR: folder.path,
      FAIRLEAD_DATA: folder.join("data"),
      BUILD_TOKEN: secret,
      REGISTRY_PASSWORD: user.password,
      ...more,
    };
  }

  function build(args: readonly string[] = [], more: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
    return tryCommand([launcher, "build", ...args], { cwd: repository.path, env: env(more), timeout: 300_000 });
  }

  interface Json {
    readonly image: { readonly id: string; readonly tags: readonly string[]; readonly digest: string | null } | null;
    readonly goproxy: string | null;
    readonly report: {
      readonly outcome: string;
      readonly steps: readonly {
        readonly instruction: string;
        readonly log: readonly string[];
        readonly cached: boolean;
        readonly index: number | null;
      }[];
      readonly failure: { readonly line: string; readonly exitCode: number } | null;
    };
  }

  async function buildJson(
    args: readonly string[] = [],
    more: NodeJS.ProcessEnv = {},
  ): Promise<Json & { status: number; stderr: string }> {
    const { stdout, stderr, exitCode } = await build(["--json", ...args], more);
    expect(stdout, stderr).not.toBe("");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own output, checked below
    return { ...(JSON.parse(stdout) as Json), status: exitCode, stderr };
  }

  test("modules come through fairlead up; the second build is cached and gives the same image; labels tell its origin", async () => {
    await using gateway = await FairleadServer.start({
      upstream: upstream.url,
      port: gatewayPort,
      settings: unverified,
    });
    await repository.git("tag", "v1.2.3");
    const commit = (await repository.git("rev-parse", "HEAD")).trim();
    const first = await buildJson();
    expect(first.report.failure, JSON.stringify(first.report.failure)).toBeNull();
    expect(first).toMatchObject({ status: 0, report: { outcome: "done" } });
    expect(first.image?.tags).toEqual([commit.slice(0, 12), "v1.2.3"]);
    expect(first.goproxy).toMatch(new RegExp(`^http://${engine.lan.address}:73`));
    const metrics = (await gateway.get("/metrics")).body.toString();
    expect(metrics).toMatch(/fairlead_requests_total\{[^}]*endpoint="zip"[^}]*\} [1-9]/);
    expect(first.stderr).toContain("modules through fairlead up");

    const second = await buildJson();
    expect(second.image?.id).toBe(first.image?.id);
    const instructions = second.report.steps.filter(
      ({ index, instruction }) => index !== null && !instruction.startsWith("FROM"),
    );
    expect(instructions.length).toBeGreaterThanOrEqual(6);
    expect(instructions.filter(({ cached }) => !cached)).toEqual([]);

    const image = `${registry.host}/team/svc:v1.2.3`;
    const { stderr } = await engine.tryDocker(["run", "--rm", image]);
    expect(stderr).toContain("svc with lib v1.0.0");
    const labels: unknown = JSON.parse(
      await engine.docker(["image", "inspect", "--format", "{{json .Config.Labels}}", image]),
    );
    expect(labels).toMatchObject({
      "org.opencontainers.image.revision": commit,
      "org.opencontainers.image.version": "v1.2.3",
      "org.opencontainers.image.created": new Date(Number(await repository.git("show", "-s", "--format=%ct")) * 1000)
        .toISOString()
        .replace(".000", ""),
      "dev.fairlead.go-version": "go1.24",
      "test.version": "v1.2.3",
    });

    // Asked of no image in particular, it is this one that is looked into.
    const looked = await tryCommand([launcher, "image", "why"], { cwd: repository.path, env: env() });
    expect(looked, looked.stderr).toMatchObject({ exitCode: 0 });
    expect(looked.stdout).toContain(`${registry.host}/team/svc:${commit.slice(0, 12)}`);
  });

  test("without fairlead up, a gateway of the build's own, on the bridge alone, that is gone afterwards", async () => {
    await appendFile(join(repository.path, "go.mod"), "// so that modules are downloaded once more\n");
    const { status, goproxy, stderr } = await buildJson();
    expect(status).toBe(0);
    expect(stderr).toContain("modules through a gateway for this build");
    expect(existsSync(folder.join("data/modules/example.com/lib/@v/v1.0.0.zip"))).toBe(true);
    await expect(fetch(`${goproxy}/healthz`)).rejects.toThrow();
  });

  test("a compiler's error: the step, the line, the place, exit status 1, nothing tagged", async () => {
    await repository.commit({ "main.go": program.replace("fixture.Version", "fixture.Missing") }, "Broken");
    const commit = (await repository.git("rev-parse", "HEAD")).trim();
    const { exitCode, stdout } = await build();
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/build 6\/6 failed with exit code 1\n +\.\/main\.go:5:\d+: undefined: fixture\.Missing/);
    expect(stdout).toContain("more: fairlead explain go/undefined");
    const images = await engine.docker(["images", "--quiet", `${registry.host}/team/svc:${commit.slice(0, 12)}`]);
    expect(images).toBe("");
  });

  test("pushed: the digest is the registry's; the password and the secret are on no command line and nowhere afterwards", async () => {
    // Its only difference is the commit: the step is run again for its text alone.
    await repository.commit({ Dockerfile: dockerfile.replace("it is", "again it is") }, "Said again");
    const { image, stderr, status, report } = await buildJson(["--push"]);
    expect(status, stderr).toBe(0);
    expect(report.steps.find(({ instruction }) => instruction.includes("it is"))?.log).toEqual(["again it is ***"]);
    const credentials = Buffer.from(`${user.name}:${user.password}`).toString("base64");
    const answer = await fetch(`http://${registry.host}/v2/team/svc/manifests/${image?.tags[0]}`, {
      method: "HEAD",
      headers: {
        Authorization: `Basic ${credentials}`,
        Accept: "application/vnd.docker.distribution.manifest.v2+json",
      },
    });
    expect(answer.headers.get("docker-content-digest")).toBe(image?.digest);
    // Again: it is there already, and the same.
    expect((await buildJson(["--push"])).image?.digest).toBe(image?.digest);

    const calls = await readFile(argvLog, "utf8");
    expect(calls).toContain("login --username ci --password-stdin");
    for (const text of [calls, stderr, JSON.stringify(report)]) {
      expect(text).not.toContain(user.password);
      expect(text).not.toContain(secret);
    }
    expect(readdirSync(folder.path).filter((name) => name.startsWith("fairlead-docker-"))).toEqual([]);
  });

  test("a wrong password is told before anything is built", async () => {
    const { exitCode, stderr } = await build(["--push"], { REGISTRY_PASSWORD: "not it" });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/refused the login of ci: .*401 Unauthorized\ncheck registry\.username/);
    expect(stderr).not.toContain("not it");
  });

  test("a dirty tree is marked, and pushed only when that is meant", async () => {
    await appendFile(join(repository.path, "main.go"), "// changed\n");
    const commit = (await repository.git("rev-parse", "HEAD")).trim().slice(0, 12);
    const { image, stderr } = await buildJson();
    expect(image?.tags).toEqual([`${commit}-dirty`]);
    expect(stderr).toContain("files differ from the commit (main.go): tags end in -dirty");
    const refused = await build(["--push"]);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--allow-dirty") });
    // Its tag names no state that anybody could go back to: in the engine it follows.
    await appendFile(join(repository.path, "main.go"), "// changed again\n");
    const again = await buildJson();
    expect(again.image?.tags).toEqual(image?.tags);
    expect(again.image?.id).not.toBe(image?.id);
  });

  test("a tag that exists is not moved: in the engine, and at the registry", async () => {
    const tag = `fixed-${made}`;
    const reference = `${registry.host}/team/svc:${tag}`;
    const id = async (): Promise<string> => engine.docker(["image", "inspect", "--format", "{{.Id}}", reference]);
    expect(await build(["--tag", tag, "--push"])).toMatchObject({ exitCode: 0 });
    const before = await id();
    await repository.commit({ "main.go": `${program}// more\n` }, "More");
    const refused = await build(["--tag", tag]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`${reference} is ${before.slice(0, 19)} in the engine`);
    expect(await id()).toBe(before);

    await engine.docker(["image", "rm", reference]);
    const atRegistry = await build(["--tag", tag, "--push"]);
    expect(atRegistry.exitCode).toBe(1);
    expect(atRegistry.stderr).toContain(`${reference} is ${before.slice(0, 19)} at the registry`);
    expect((await engine.tryDocker(["image", "inspect", reference])).exitCode).not.toBe(0);
    // Nothing is left of the name it had meanwhile.
    expect(await engine.docker(["images", "--quiet", "fairlead-build"])).toBe("");
  });

  test("Ctrl-C ends the build and its client, and says so", async () => {
    const slow = "FROM golang:test\nRUN echo begun && sleep 300\n";
    await repository.commit({ Dockerfile: slow }, "Slow");
    const child = spawn(launcher, ["build", "--tag", "slow"], {
      cwd: repository.path,
      env: env(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const clients = (): Promise<CommandRun> => tryCommand(["pgrep", "-f", `${repository.path}/Dockerfile`]);
    for (let tries = 0; tries < 300 && (await clients()).exitCode !== 0; tries++) await sleep(100);
    await sleep(2000);
    child.kill("SIGINT");
    // The step itself would take five minutes.
    const [status] = await once(child, "exit", { signal: AbortSignal.timeout(120_000) });
    expect(status).toBe(130);
    expect(said).toContain("SIGINT: cancelling the build");
    expect((await clients()).stdout).toBe("");
    expect((await engine.tryDocker(["image", "inspect", "slow"])).exitCode).not.toBe(0);
  });

  test("what is missing is told with its exit status", async () => {
    const cases: readonly [readonly string[], NodeJS.ProcessEnv, number, RegExp][] = [
      [["--file", "Nowhere"], {}, 2, /there is no Dockerfile to build: .*Nowhere/],
      [[], { BUILD_TOKEN: undefined }, 2, /secret token is to come from the variable BUILD_TOKEN, which is not set/],
      [["--secret", `id=x,${secret}`], {}, 2, /--secret takes id=NAME/],
      [["--tag", "no:tag"], {}, 2, /is not a tag/],
      [[], { DOCKER_HOST: `unix://${folder.join("nothing.sock")}` }, 3, /does not reach a docker engine at unix:/],
    ];
    for (const [args, more, status, text] of cases) {
      const { exitCode, stderr } = await build(args, more);
      expect(stderr).toMatch(text);
      expect(stderr).not.toContain(secret);
      expect({ args, exitCode }).toEqual({ args, exitCode: status });
    }
    await repository.commit({ Dockerfile: "FROM golang:test\nRUNN x\n" }, "Bad");
    expect(await build()).toMatchObject({ exitCode: 2, stdout: expect.stringContaining("unknown instruction: RUNN") });
  });
});
