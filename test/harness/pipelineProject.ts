import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { GitRepository } from "./gitRepository.ts";
import { isRunning } from "./processTree.ts";
import { TempDir } from "./tempDir.ts";

/** The program from its sources, without the wrapper that may install first. */
const fairleadStart: string = resolve(import.meta.dirname, "../../src/cli/start.ts");

/** As the wrapper sets it: half of what a start costs. */
const compileCache = resolve(import.meta.dirname, "../../node_modules/.cache/fairlead-compile");

/** `fairlead ARGS` to its end. */
export function fairlead(args: readonly string[], at: CommandPlace): Promise<CommandResult> {
  return runCommand(process.execPath, [fairleadStart, ...args], at);
}

interface CommandPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. A failure is a result like another. */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env }: CommandPlace,
): Promise<CommandResult> {
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const options = {
    cwd,
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compileCache, ...env },
    maxBuffer: 64 << 20,
    timeout: 120_000,
  };
  execFile(command, [...args], options, (error, stdout, stderr) => {
    const status = error === null ? 0 : typeof error.code === "number" ? error.code : null;
    resolve({ status, stdout, stderr });
  });
  return promise;
}

export interface PipelineEventLine {
  readonly type: string;
  readonly job?: string | undefined;
  readonly [field: string]: unknown;
}

const eventSchema: z.ZodType<PipelineEventLine> = z.looseObject({ type: z.string(), job: z.optional(z.string()) });

interface PipelineOptions {
  /** fairlead.yaml */
  readonly settings: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A project under git with a data folder of its own, whose pipeline is run as a user would run it. */
export class PipelineProject implements AsyncDisposable {
  readonly folder: TempDir;
  readonly repository: GitRepository;
  readonly #env: Readonly<Record<string, string>>;

  static async create({ settings, files = {}, env = {} }: PipelineOptions): Promise<PipelineProject> {
    const folder = await TempDir.create("pipeline");
    const repository = await GitRepository.create(folder.join("project"), "example.com/shop");
    for (const name of Object.keys(files)) await mkdir(dirname(join(repository.path, name)), { recursive: true });
    await repository.commit({ "fairlead.yaml": settings, ...files }, "The project");
    return new PipelineProject(folder, repository, env);
  }

  private constructor(folder: TempDir, repository: GitRepository, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.repository = repository;
    this.#env = env;
  }

  get path(): string {
    return this.repository.path;
  }

  /** `fairlead pipeline run --json ARGS` to its end. */
  async run(...args: readonly string[]): Promise<PipelineRunResult> {
    return this.start(...args).ended;
  }

  start(...args: readonly string[]): PipelineRun {
    return new PipelineRun(
      this.path,
      { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compileCache, ...this.#surroundings },
      args,
    );
  }

  /** Another command in the same surroundings, to its end. */
  fairlead(...args: readonly string[]): Promise<CommandResult> {
    return fairlead(args, { cwd: this.path, env: this.#surroundings });
  }

  get #surroundings(): Record<string, string> {
    return { HOME: this.folder.path, FAIRLEAD_DATA: this.folder.join("data"), ...this.#env };
  }

  /** The same project in other surroundings. */
  with(env: Readonly<Record<string, string>>): PipelineProject {
    return new PipelineProject(this.folder, this.repository, { ...this.#env, ...env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

interface PipelineRunResult {
  readonly status: number | null;
  readonly events: readonly PipelineEventLine[];
  readonly stderr: string;
}

/** One run under way. */
export class PipelineRun {
  readonly events: PipelineEventLine[] = [];
  readonly ended: Promise<PipelineRunResult>;
  readonly #child: ChildProcess;
  #rest = "";
  #stderr = "";

  constructor(cwd: string, env: NodeJS.ProcessEnv, args: readonly string[]) {
    const child = spawn(process.execPath, [fairleadStart, "pipeline", "run", "--json", ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    this.ended = once(child, "close").then(() => ({
      status: child.exitCode,
      events: this.events,
      stderr: this.#stderr,
    }));
  }

  /** Waits for an event, for a minute at most: other tests may keep the machine busy. */
  async until(type: string, job?: string): Promise<PipelineEventLine> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = this.events.find((event) => event.type === type && (job === undefined || event.job === job));
      if (found !== undefined) return found;
      if (Date.now() > deadline || this.#child.exitCode !== null) {
        const how = this.#child.exitCode === null ? "it still runs" : `it ended with ${this.#child.exitCode}`;
        throw new Error(`no event ${type} ${job ?? ""} (${how}): ${JSON.stringify(this.events)}\n${this.#stderr}`);
      }
      await sleep(20);
    }
  }

  /** Waits until so many jobs have ended, or the run has. */
  async untilEnded(count: number): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (this.events.filter(({ type }) => type === "job-ended").length < count) {
      if (Date.now() > deadline) throw new Error(`not ${count} jobs ended among ${JSON.stringify(this.events)}`);
      if (this.#child.exitCode !== null) return;
      await sleep(20);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.events.push(eventSchema.parse(JSON.parse(line)));
  }
}

/** Processes with this text in their environment. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, "latin1").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number)
    .filter(isRunning);
}
