import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { command, type CommandRun, tryCommand } from "../harness/command.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { machineGo } from "../harness/goTools.ts";
import { imageNeeds, loadDebian, loadGolang } from "../harness/images.ts";
import { LanGateway } from "../harness/lanGateway.ts";
import type { Need } from "../harness/require.ts";

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");

/** What a generated Dockerfile meets: an engine with the base images, a gateway for its modules, and a go command beside it. */
export class ImageWorld implements AsyncDisposable {
  static readonly needs: readonly Need[] = [...DockerEngine.needs, ...imageNeeds];

  readonly engine: DockerEngine;
  readonly gateway: LanGateway;
  readonly go: GoSandbox;

  static async start(): Promise<ImageWorld> {
    const machine = machineGo();
    if (machine === undefined) throw new Error("there is no go command on PATH");
    await using stack = new AsyncDisposableStack();
    const engine = stack.use(await DockerEngine.start());
    await loadGolang(engine);
    await loadDebian(engine);
    const gateway = stack.use(await LanGateway.start(engine.lan));
    const go = stack.use(await GoSandbox.create({ go: machine, proxy: gateway.server.url }));
    return new ImageWorld(engine, gateway, go, stack.move());
  }

  readonly #stack: AsyncDisposableStack;

  private constructor(engine: DockerEngine, gateway: LanGateway, go: GoSandbox, stack: AsyncDisposableStack) {
    this.engine = engine;
    this.gateway = gateway;
    this.go = go;
    this.#stack = stack;
  }

  /** Writes Dockerfile and .dockerignore as the command prints them. */
  async generate(folder: string, ...options: readonly string[]): Promise<CommandRun> {
    const env = { ...process.env, GOMODCACHE: this.go.modcache };
    const run = await tryCommand([launcher, "dockerfile", folder, ...options], { env });
    if (run.exitCode !== 0) throw new Error(`fairlead dockerfile failed: ${run.stderr}`);
    const ignore = await command([launcher, "dockerfile", folder, ...options, "--dockerignore"], { env });
    await writeFile(`${folder}/Dockerfile`, run.stdout);
    await writeFile(`${folder}/.dockerignore`, ignore);
    return run;
  }

  /** Builds it with modules through the gateway; resolves to BuildKit's log. */
  async build(folder: string, tag: string, ...options: readonly string[]): Promise<string> {
    const proxy = ["--build-arg", `GOPROXY=${this.gateway.url}`];
    const args = ["build", "--progress=plain", ...proxy, "--tag", tag, ...options, folder];
    const run = await this.engine.tryDocker(args, { timeout: 1_100_000 });
    if (run.exitCode !== 0) throw new Error(`docker build failed:\n${run.stderr.slice(-6000)}`);
    return run.stderr;
  }

  /** Starts a container; resolves to its id and address. */
  async start(
    tag: string,
    options: readonly string[],
    args: readonly string[] = [],
  ): Promise<{ id: string; address: string }> {
    const id = (await this.engine.docker(["run", "--detach", ...options, tag, ...args])).trim();
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    return { id, address: (await this.engine.docker(["inspect", "--format", format, id])).trim() };
  }

  /** The text that a URL of a starting container answers with status 200, or why there is none. */
  async answer(url: string): Promise<string> {
    let last = "";
    for (let attempt = 0; attempt < 150; attempt++) {
      const response = await fetch(url).catch((error: unknown) => String(error));
      last = typeof response === "string" ? response : await response.text();
      if (typeof response !== "string" && response.ok) return last;
      await new Promise((done) => setTimeout(done, 200));
    }
    return `${url} did not answer well: ${last}`;
  }

  /** Hash and time of a program in an image. */
  async programOf(tag: string, name: string): Promise<string> {
    const id = (await this.engine.docker(["create", tag])).trim();
    const archive = `/usr/bin/docker cp ${id}:/usr/local/bin/${name} -`;
    const script = `${archive} | tar --list --verbose --full-time; ${archive} | tar --extract --to-stdout | sha256sum`;
    const said = await command(["bash", "-c", script], { env: { ...process.env, ...this.engine.env } });
    await this.engine.docker(["rm", id]);
    return said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}
