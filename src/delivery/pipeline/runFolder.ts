// What runs leave on disk, in the data folder: pipelines/<project>/runs/<run>/ with run.json, jobs/<job>.json,
// logs/<job>.log and artifacts/<job>/; beside the runs the key of the project's fingerprints, and good/<job>.json, the
// fingerprint of each job's last success. Every file is written whole or not at all: beside, synced, renamed.

import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { errnoOf } from "../../storage/storageError.ts";
import { type Fingerprint, fingerprintSchema } from "../fingerprint/fingerprint.ts";
import type { Artifact } from "./artifacts.ts";
import { PipelineError } from "./pipelineError.ts";

export interface RunRecord {
  readonly id: string;
  readonly event: string;
  /** `--only` and `--from`, as they were given. */
  readonly selection: string;
  readonly revision: string | null;
  /** ISO 8601. */
  readonly started: string;
  readonly end: "succeeded" | "failed" | "cancelled" | null;
}

/** A job that has succeeded. All of it must hold again for the success to count. */
export interface SuccessRecord {
  readonly definition: string;
  readonly fingerprint: string;
  readonly revision: string | null;
  readonly at: string;
  readonly artifacts: readonly Artifact[];
}

export interface GoodRecord {
  readonly at: string;
  readonly fingerprint: Fingerprint;
}

const runSchema: z.ZodType<RunRecord> = z.object({
  id: z.string(),
  event: z.string(),
  selection: z.string(),
  revision: z.nullable(z.string()),
  started: z.string(),
  end: z.nullable(z.enum(["succeeded", "failed", "cancelled"])),
});
const successSchema: z.ZodType<SuccessRecord> = z.object({
  definition: z.string(),
  fingerprint: z.string(),
  revision: z.nullable(z.string()),
  at: z.string(),
  artifacts: z.array(z.object({ path: z.string(), size: z.number(), sha256: z.string() })),
});
const goodSchema: z.ZodType<GoodRecord> = z.object({ at: z.string(), fingerprint: fingerprintSchema });

const keptRuns = 20;

/** The folder of one project's runs; while it is open, no other run of the project is. */
export class ProjectRuns implements Disposable {
  readonly #folder: string;
  readonly #lock: DatabaseSync;

  /** @throws PipelineError `busy` while another run is under way, `state` when the folder can't be used */
  static async open(dataFolder: string, project: string): Promise<ProjectRuns> {
    const digest = createHash("sha256").update(project).digest("hex").slice(0, 12);
    const folder = join(dataFolder, "pipelines", `${basename(project).replaceAll(/[^\w.-]/g, "_")}-${digest}`);
    return guarded(folder, async () => {
      await mkdir(join(folder, "runs"), { recursive: true, mode: 0o700 });
      await mkdir(join(folder, "good"), { recursive: true });
      return new ProjectRuns(folder, lock(join(folder, "lock"), project));
    });
  }

  private constructor(folder: string, held: DatabaseSync) {
    this.#folder = folder;
    this.#lock = held;
  }

  [Symbol.dispose](): void {
    this.#lock.close();
  }

  /** What this project's secrets are hashed with: made at its first run. */
  async key(): Promise<Uint8Array> {
    const path = join(this.#folder, "key");
    return guarded(path, async () => {
      const found = await readFile(path).catch(ignoreAbsence);
      if (found?.length === 32) return found;
      const key = randomBytes(32);
      await writeWhole(path, key);
      return key;
    });
  }

  /** Those that can be read, newest first. */
  async list(): Promise<RunRecord[]> {
    const names = await readdir(join(this.#folder, "runs"));
    const records = await Promise.all(
      names.map((name) => readRecord(join(this.folderOf(name), "run.json"), runSchema)),
    );
    return records.filter((record) => record !== undefined).sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  async create(record: RunRecord): Promise<void> {
    const folder = this.folderOf(record.id);
    await guarded(folder, async () => {
      for (const name of ["jobs", "logs", "artifacts"]) await mkdir(join(folder, name), { recursive: true });
    });
    await this.write(record);
    for (const old of (await this.list()).slice(keptRuns)) {
      await rm(this.folderOf(old.id), { recursive: true, force: true });
    }
  }

  async write(record: RunRecord): Promise<void> {
    await writeRecord(join(this.folderOf(record.id), "run.json"), record);
  }

  folderOf(run: string): string {
    return join(this.#folder, "runs", run);
  }

  artifactsOf(run: string, job: string): string {
    return join(this.folderOf(run), "artifacts", job);
  }

  logOf(run: string, job: string): string {
    return join(this.folderOf(run), "logs", `${job}.log`);
  }

  success(run: string, job: string): Promise<SuccessRecord | undefined> {
    return readRecord(this.#success(run, job), successSchema);
  }

  async keepSuccess(run: string, job: string, record: SuccessRecord): Promise<void> {
    await writeRecord(this.#success(run, job), record);
  }

  async dropSuccess(run: string, job: string): Promise<void> {
    await rm(this.#success(run, job), { force: true });
  }

  good(job: string): Promise<GoodRecord | undefined> {
    return readRecord(join(this.#folder, "good", `${job}.json`), goodSchema);
  }

  async keepGood(job: string, record: GoodRecord): Promise<void> {
    await writeRecord(join(this.#folder, "good", `${job}.json`), record);
  }

  #success(run: string, job: string): string {
    return join(this.folderOf(run), "jobs", `${job}.json`);
  }
}

/** Sorts by time. */
export function newRunId(now: Date): string {
  return `${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}-${randomBytes(3).toString("hex")}`;
}

/** A lock that the kernel gives back whatever the holder dies of: SQLite's, on a file that holds nothing. */
function lock(path: string, project: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if (!(error instanceof Error) || !/locked/.test(error.message)) throw error;
    throw new PipelineError(
      "busy",
      `another run of ${project} is under way; wait for its end, or end it with Ctrl-C where it was started`,
      { cause: error },
    );
  }
}

/** undefined: it isn't there, or it isn't what we wrote, which is as good as not there. */
async function readRecord<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function writeRecord(path: string, record: object): Promise<void> {
  await guarded(path, () => writeWhole(path, Buffer.from(`${JSON.stringify(record)}\n`)));
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  const handle = await open(beside, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, path);
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new PipelineError("state", `the run's state can't be kept in ${path}: ${what}`, { cause: error });
  }
}

function ignoreAbsence(error: unknown): undefined {
  if (errnoOf(error) !== "ENOENT") throw error;
}
