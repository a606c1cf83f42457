import { execFile } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { GoTool } from "./goTools.ts";
import { TempDir } from "./tempDir.ts";

export interface GoRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface GoSandboxOptions {
  readonly go: GoTool;
  /** GOPROXY. */
  readonly proxy: string;
  readonly env?: Readonly<Record<string, string>>;
}

const projects = resolve(import.meta.dirname, "../fixtures/projects");

/**
 * A go command with nothing of the machine in it: own module cache, build cache, home and settings, and no way to the
 * network but through its GOPROXY.
 */
export class GoSandbox implements AsyncDisposable {
  readonly #options: GoSandboxOptions;
  readonly #folder: TempDir;

  static async create(options: GoSandboxOptions): Promise<GoSandbox> {
    return new GoSandbox(options, await TempDir.create("go"));
  }

  private constructor(options: GoSandboxOptions, folder: TempDir) {
    this.#options = options;
    this.#folder = folder;
  }

  get modcache(): string {
    return this.#folder.join("mod");
  }

  /** A fresh folder with a copy of a fixture project's go.mod and go.sum. */
  async project(name: string): Promise<string> {
    const target = this.#folder.join(name);
    await rm(target, { recursive: true, force: true });
    await cp(resolve(projects, name), target, { recursive: true });
    return target;
  }

  /** A fresh folder with a module of nothing but a go.mod. */
  async emptyModule({ goMod = "go 1.18\n" }: { readonly goMod?: string } = {}): Promise<string> {
    const target = this.#folder.join("empty");
    await rm(target, { recursive: true, force: true });
    await mkdir(target);
    await writeFile(join(target, "go.mod"), `module example.com/empty\n\n${goMod}`);
    return target;
  }

  /** Forgets every downloaded module. */
  async forget(): Promise<void> {
    await rm(this.modcache, { recursive: true, force: true });
  }

  /** Runs the go command in `cwd`. A failure of the command is a result like another. */
  async run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<GoRun> {
    const start = performance.now();
    const { go } = this.#options;
    const { promise, resolve } = Promise.withResolvers<GoRun>();
    const options = { cwd, env: { ...this.#environment(), ...env }, maxBuffer: 64 << 20, timeout: 300_000 };
    execFile(go.command, args, options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ exitCode, stdout, stderr, milliseconds: performance.now() - start });
    });
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }

  #environment(): Record<string, string> {
    const { go, proxy, env } = this.#options;
    const path = process.env["PATH"] ?? "";
    return {
      PATH: isAbsolute(go.command) ? `${dirname(go.command)}:${path}` : path,
      HOME: this.#folder.path,
      GOPATH: this.#folder.join("path"),
      GOMODCACHE: this.modcache,
      GOCACHE: this.#folder.join("build"),
      GOENV: "off",
      GOFLAGS: "-modcacherw",
      GOTOOLCHAIN: "local",
      GOPROXY: proxy,
      GOPRIVATE: "",
      GONOPROXY: "",
      GONOSUMDB: "",
      GIT_TERMINAL_PROMPT: "0",
      // Whatever goes past GOPROXY (go never sends loopback addresses here) finds nobody listening.
      HTTP_PROXY: "http://127.0.0.1:1",
      HTTPS_PROXY: "http://127.0.0.1:1",
      ...env,
    };
  }
}
