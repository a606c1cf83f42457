// A bare mirror of one repository below the data folder. It holds what has been asked for: single commits without their
// history first, as the go command fetches them, everything once a question needs history. Whoever fetches holds the
// repository's lease, in whatever process.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Dispatcher } from "undici";
import type { Leases } from "../../storage/leases.ts";
import { runShared } from "../sharedWork.ts";
import { SourceFailure } from "../source.ts";
import type { DirectOptions } from "./directOptions.ts";
import { reach, type Reach } from "./gitAccess.ts";
import { gitFailure, isRedirect } from "./gitFailure.ts";
import { type GitLimits, type GitRun, runGit } from "./gitProcess.ts";
import { tlsFault } from "./tlsFault.ts";
import { lsRefs } from "./lsRefs.ts";
import { mirrorLease, stampUse } from "./mirrorFolders.ts";
import { movedTo } from "./moved.ts";
import type { GitObject } from "./objectReader.ts";
import type { ObjectReaders } from "./objectReaders.ts";
import { parseRefs, type Refs } from "./refs.ts";

export interface MirrorParts {
  /** Folder of all mirrors. */
  readonly folder: string;
  readonly options: DirectOptions;
  readonly leases: Leases;
  readonly readers: ObjectReaders;
  /** For repositories that may be in a private network, and for all others. */
  readonly dispatchers: { readonly any: Dispatcher; readonly public: Dispatcher };
  readonly caFile: string | undefined;
  /** The repository may be in a private network. */
  readonly isTrusted: boolean;
  readonly signal: AbortSignal;
}

/** A million refs; git holds them all in memory, five times as large, before it writes the first. */
const refsLimit = 96 << 20;
const refsMemory = 640;
const smallOutput = 16 << 20;
/** Then git is given the time that the settings allow. */
const askWithinMs = 30_000;
/** Bytes of a commit, its message included. */
export const commitLimit: number = 1 << 20;

export class Mirror {
  /** As the go command has it in Origin: before any rewriting. */
  readonly url: string;
  /** The bare repository. */
  readonly path: string;
  readonly #parts: MirrorParts;
  #reach: Promise<Reach> | undefined;
  #stampedMs = 0;

  constructor(url: string, parts: MirrorParts) {
    this.url = url;
    this.#parts = parts;
    this.path = join(parts.folder, createHash("sha256").update(url).digest("hex").slice(0, 40));
  }

  /**
   * The refs, no older than `maxAgeMs`; together with `wants`, a ref that must be among them, an older list is good enough if
   * it is there. Throws SourceFailure.
   */
  async refs(maxAgeMs: number): Promise<Refs> {
    return (await this.#keptRefs(maxAgeMs)) ?? this.#listRefs();
  }

  /** Makes sure that a commit is here, alone or with its history. `ref` is what leads to it, if anything does. */
  async have(commit: string, ref: string | undefined): Promise<void> {
    if (await this.has(commit)) return;
    await this.#exclusively(async () => {
      if (await this.has(commit)) return true;
      if (ref !== undefined && !(await this.#isWhole())) {
        const refspec = ref === "HEAD" ? `${commit}:refs/fairlead/head` : `+${ref}:${ref}`;
        const run = await this.#fetch(["--depth=1", "--no-tags"], [refspec]);
        if (run.status === 0 && (await this.has(commit))) return true;
        // More of it would take longer still.
        if (run.cut !== undefined) throw gitFailure(run, await this.#reached(), "fetching");
      }
      await this.#fetchAll();
      return true;
    });
  }

  /** Makes sure that all branches and tags are here with all their history, as of `refs`. */
  async haveAll(refs: Refs): Promise<void> {
    const state = stateOf(refs);
    if ((await this.#wholeState()) === state) return;
    await this.#exclusively(async () => {
      if ((await this.#wholeState()) !== state) await this.#fetchAll(state);
      return true;
    });
  }

  async has(commit: string): Promise<boolean> {
    if (!existsSync(join(this.path, "objects"))) return false;
    return (await this.object(`${commit}^{commit}`, commitLimit)) !== undefined;
  }

  /** The object that an expression names (`<hash>:go.mod`); undefined: there is none. Throws SourceFailure. */
  async object(expression: string, limit: number): Promise<GitObject | undefined> {
    await this.#prepare();
    return this.#parts.readers.of(this.path).read(expression, limit);
  }

  /** Runs git without the network. */
  async local(args: readonly string[], more: Partial<GitLimits> = {}): Promise<GitRun> {
    await this.#prepare();
    return runGit(args, this.path, { ...this.#limits(smallOutput), ...more });
  }

  #limits(output: number): GitLimits {
    const { options, signal } = this.#parts;
    return { timeoutMs: options.timeoutMs, output, signal };
  }

  async #keptRefs(maxAgeMs: number): Promise<Refs | undefined> {
    const file = join(this.path, "fairlead-refs");
    try {
      const { mtimeMs } = await stat(file);
      return Date.now() - mtimeMs <= maxAgeMs ? parseRefs(await readFile(file, "utf8")) : undefined;
    } catch {
      return undefined;
    }
  }

  async #listRefs(): Promise<Refs> {
    const direct = await this.#askForRefs();
    if (direct !== undefined) {
      await this.#write("fairlead-refs", Buffer.from(direct));
      return parseRefs(direct);
    }
    const run = await this.#remote(
      (at) => ["ls-remote", "-q", "--end-of-options", at.url],
      { ...this.#limits(refsLimit), memoryMiB: refsMemory },
      "listing the refs",
    );
    await this.#write("fairlead-refs", run.stdout);
    return parseRefs(run.stdout.toString("utf8"));
  }

  /** Without a git of ours; undefined where git has to ask, and to say what is wrong. */
  async #askForRefs(): Promise<string | undefined> {
    const { options, isTrusted, dispatchers, signal } = this.#parts;
    // Only git knows what the user's configuration makes of an address.
    if (options.userConfig) return undefined;
    await this.#prepare();
    const at = await this.#reached();
    const dispatcher = at.rule !== undefined || isTrusted ? dispatchers.any : dispatchers.public;
    const timeoutMs = Math.min(options.timeoutMs, askWithinMs);
    return lsRefs(at, { dispatcher, timeoutMs, limit: refsLimit, signal });
  }

  async #fetch(flags: readonly string[], refspecs: readonly string[]): Promise<GitRun> {
    const at = await this.#reached();
    const { repositoryLimit } = this.#parts.options;
    const tooLarge = async (): Promise<boolean> => (await sizeOf(join(this.path, "objects", "pack"))) > repositoryLimit;
    const args = ["fetch", "-q", "-f", "--no-write-fetch-head", ...flags, "--end-of-options", at.url, ...refspecs];
    return runGit(args, this.path, { ...this.#limits(smallOutput), tooLarge }, at);
  }

  async #fetchAll(state?: string): Promise<void> {
    const unshallow = existsSync(join(this.path, "shallow")) ? ["--unshallow"] : [];
    const run = await this.#fetch(
      [...unshallow, "--prune", "--no-tags"],
      ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"],
    );
    if (run.status !== 0) throw gitFailure(run, await this.#reached(), "fetching");
    await this.#write("fairlead-whole", Buffer.from(state ?? "all"));
  }

  #wholeState(): Promise<string | undefined> {
    return readFile(join(this.path, "fairlead-whole"), "utf8").catch(() => undefined);
  }

  async #isWhole(): Promise<boolean> {
    return (await this.#wholeState()) !== undefined;
  }

  /** Runs git against the host; follows the repository where it has moved. */
  async #remote(args: (at: Reach) => readonly string[], limits: GitLimits, doing: string): Promise<GitRun> {
    await this.#prepare();
    const at = await this.#reached();
    const run = await runGit(args(at), this.path, limits, at);
    if (run.status === 0 && run.cut === undefined) return run;
    if (!isRedirect(run)) throw await this.#failure(run, at, doing);
    const { options, isTrusted, caFile, signal } = this.#parts;
    const url = await movedTo(at, caFile, signal);
    if (url === undefined) throw gitFailure(run, at, doing);
    this.#reach = reach(url, options, isTrusted, caFile);
    const there = await this.#reached();
    const second = await runGit(args(there), this.path, limits, there);
    if (second.status !== 0 || second.cut !== undefined)
      throw gitFailure(second, there, `the repository moved to ${url}; ${doing}`);
    return second;
  }

  async #failure(run: GitRun, at: Reach, doing: string): Promise<SourceFailure> {
    const failure = gitFailure(run, at, doing);
    if (!failure.message.includes("TLS certificate")) return failure;
    const fault = await tlsFault(at.url, this.#parts.caFile);
    if (fault === undefined) return failure;
    const host = URL.parse(at.url)?.host ?? "";
    return new SourceFailure(failure.kind, `${doing}: the TLS certificate of ${host} ${fault}`);
  }

  async #reached(): Promise<Reach> {
    const { options, isTrusted, caFile } = this.#parts;
    this.#reach ??= reach(this.url, options, isTrusted, caFile);
    const found = this.#reach;
    try {
      return await found;
    } catch (error) {
      this.#reach = undefined;
      throw error;
    }
  }

  async #exclusively(work: () => Promise<true>): Promise<void> {
    const { leases, signal } = this.#parts;
    await this.#prepare();
    const lead = async (): Promise<true> => {
      await this.#clearLocks();
      return work();
    };
    await runShared(leases, mirrorLease(this.path), { found: () => Promise.resolve(undefined), lead }, signal);
  }

  /** What a git that was killed left: nobody else fetches while we hold the lease. */
  async #clearLocks(): Promise<void> {
    for (const name of ["shallow.lock", "packed-refs.lock", "HEAD.lock"])
      await rm(join(this.path, name), { force: true });
    const packs = join(this.path, "objects", "pack");
    for (const name of await readdir(packs).catch(() => []))
      if (name.startsWith("tmp_")) await rm(join(packs, name), { force: true });
    for (const name of await readdir(join(this.path, "refs"), { recursive: true }))
      if (name.endsWith(".lock")) await rm(join(this.path, "refs", name), { force: true });
  }

  /** git init, without git: a folder with these is a bare repository (gitrepository-layout(5)). */
  async #prepare(): Promise<void> {
    if (existsSync(join(this.path, "HEAD"))) {
      this.#stampedMs = await stampUse(this.path, this.#stampedMs);
      return;
    }
    for (const name of ["objects/pack", "refs/heads", "refs/tags", "info"]) {
      await mkdir(join(this.path, name), { recursive: true });
    }
    await writeFile(join(this.path, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
    // As the go command has it: what the files are must not depend on where they were fetched from.
    await writeFile(join(this.path, "info", "attributes"), "\n* -export-subst -export-ignore\n");
    await writeFile(join(this.path, "fairlead-url"), `${this.url}\n`);
    await this.#write("HEAD", Buffer.from("ref: refs/heads/main\n"));
  }

  async #write(name: string, bytes: Buffer): Promise<void> {
    const file = join(this.path, name);
    const part = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    await writeFile(part, bytes);
    await rename(part, file);
  }
}

function stateOf(refs: Refs): string {
  const rows = [...refs].map(([name, hash]) => `${name} ${hash}\n`).sort();
  return createHash("sha256").update(rows.join("")).digest("hex");
}

async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    size += found?.size ?? 0;
  }
  return size;
}

/** True for what git takes as an abbreviated or whole commit hash, as the go command has it: 7 digits at least. */
export function isHash(rev: string): boolean {
  return /^[0-9a-f]{7,64}$/.test(rev);
}

/** Nothing of a repository can be had by this name. */
export function unknownRevision(rev: string, near: readonly string[]): SourceFailure {
  const nearest = near.length === 0 ? "" : `; the nearest tags are ${near.join(", ")}`;
  return new SourceFailure("not-found", `unknown revision ${rev}${nearest}`);
}
