// Runs git on a repository that somebody else may have made. Its configuration can name programs (a file system
// monitor, hooks, filters, transports, a pager, a signature checker), and reading a repository must start none of them.

import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { devNull } from "node:os";
import type { Readable, Writable } from "node:stream";

/** What kept git from answering. */
type GitErrorCode = "no-git" | "ownership" | "unsafe-config" | "timeout" | "failed";

/** The message says what was asked of git, what it answered, and what to do next. */
export class GitError extends Error {
  override readonly name = "GitError";
  readonly code: GitErrorCode;

  constructor(code: GitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface GitAnswer {
  readonly status: number;
  /** Cut at 4 MiB. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface GitOptions {
  /** Absolute. */
  readonly folder: string;
  /** Take the repository though another user owns it (git's safe.directory). */
  readonly anyOwner?: boolean;
  /** More settings that win over the repository's own: `name=value`. */
  readonly settings?: readonly string[];
  /** Another repository on this disk may be read by its path: `clone`. Nothing else may be reached. */
  readonly mayReadDisk?: boolean;
}

const withinMs = 60_000;
const outputLimit = 4 << 20;

/** Each would start a program, or ask a person, if the repository's own configuration had its way. */
const harmless = [
  "core.fsmonitor=false",
  `core.hooksPath=${devNull}`,
  "core.askPass=",
  "credential.helper=",
  "log.showSignature=false",
  "safe.bareRepository=explicit",
];

/**
 * Runs `git ARGS` in the folder. A status other than 0 is an answer like another; callers say what it means.
 *
 * @throws GitError if git is absent, hangs, or refuses the repository for its owner
 */
export function runGit(args: readonly string[], options: GitOptions): Promise<GitAnswer> {
  const { folder } = options;
  const command = commandLine(args, options);
  const limits = { timeout: withinMs, maxBuffer: outputLimit, env: gitEnvironment(process.env, options) };
  return new Promise((resolve, reject) => {
    const child = execFile("git", command, limits, (error, stdout, stderr) => {
      if (error === null) return resolve({ status: 0, stdout, stderr });
      if (error.code === "ENOENT") {
        return reject(
          new GitError("no-git", "git is not on PATH; install it (Debian: apt-get install git)", { cause: error }),
        );
      }
      // What fits is enough for every caller: the rest only says more of the same.
      if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return resolve({ status: 0, stdout, stderr });
      if (error.killed === true) {
        const what = `git ${args[0] ?? ""} in ${folder} did not end within ${withinMs / 1000} s`;
        return reject(new GitError("timeout", `${what}; is the disk slow, or the repository very large?`));
      }
      if (stderr.includes("dubious ownership")) return reject(ownershipError(folder));
      return resolve({ status: typeof error.code === "number" ? error.code : 1, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** Starts `git ARGS` in the folder, for those who read its output as it comes. Ending it is the caller's. */
export function startGit(args: readonly string[], options: GitOptions): ChildProcessByStdio<Writable, Readable, null> {
  const stdio: ["pipe", "pipe", "ignore"] = ["pipe", "pipe", "ignore"];
  return spawn("git", commandLine(args, options), { env: gitEnvironment(process.env, options), stdio });
}

function commandLine(args: readonly string[], { folder, anyOwner = false, settings = [] }: GitOptions): string[] {
  const owner = anyOwner ? ["safe.directory=*"] : [];
  const all = [...harmless, ...owner, ...settings].flatMap((setting) => ["-c", setting]);
  return ["--no-pager", "-C", folder, ...all, ...args];
}

function ownershipError(folder: string): GitError {
  return new GitError(
    "ownership",
    `git does not read ${folder}: it belongs to another user, whose configuration could run programs as you\nif you trust it, say so: git config --global --add safe.directory ${JSON.stringify(folder)}`,
  );
}

/** Nothing that points git elsewhere (a hook's GIT_DIR), and nothing it could reach a network or a person with. */
function gitEnvironment(env: NodeJS.ProcessEnv, { mayReadDisk = false }: GitOptions): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("GIT_") || keptVariables.test(name));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    // A partial clone fetches what it lacks, through whatever its configuration names.
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: mayReadDisk ? "file" : "none",
  };
}

/** How the user, not the repository, configures git; and how far up a repository is looked for. */
const keptVariables = /^GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|(KEY|VALUE)_\d+)|CEILING_DIRECTORIES)$/;
