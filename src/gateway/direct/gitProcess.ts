// Starts git for a mirror. Everything that git is told beside names comes by its environment: settings in place of any
// configuration file, and secrets, which so are in no argument, file or message.

import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { devNull } from "node:os";
import type { Readable, Writable } from "node:stream";

/** How to reach one repository. */
export interface GitAccess {
  readonly url: string;
  /** Settings by name, with secrets perhaps. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly env: Readonly<Record<string, string>>;
  /** Blanked in what git says. */
  readonly secrets: readonly string[];
  /** The configuration of whoever runs this holds, but for what could run programs on a repository's word. */
  readonly userConfig: boolean;
}

export interface GitRun {
  readonly status: number | null;
  readonly stdout: Buffer;
  /** The end of it. */
  readonly stderr: string;
  /** What ended it early. */
  readonly cut: "timeout" | "too-long" | "too-large" | "stopped" | undefined;
}

export interface GitLimits {
  readonly timeoutMs: number;
  /** Bytes of output. */
  readonly output: number;
  readonly signal: AbortSignal;
  /** For each process of it. */
  readonly memoryMiB?: number;
  /** Looked at twice a second; true ends it. */
  readonly tooLarge?: () => Promise<boolean>;
  /** The output goes into this new file. */
  readonly into?: string;
}

const harmless: readonly (readonly [string, string])[] = [
  ["core.hooksPath", devNull],
  ["core.fsmonitor", "false"],
  ["core.askPass", ""],
  ["credential.helper", ""],
  ["credential.interactive", "never"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["fetch.unpackLimit", "1"],
  ["fetch.recurseSubmodules", "false"],
  ["fetch.writeCommitGraph", "false"],
  ["transfer.credentialsInUrl", "die"],
  ["protocol.version", "2"],
  ["advice.detachedHead", "false"],
  ["init.defaultBranch", "main"],
  // Redirects are followed by us, which looks at where they lead.
  ["http.followRedirects", "false"],
  ["safe.bareRepository", "all"],
  // One window of a pack at a time: a hostile pack costs bounded memory.
  ["core.bigFileThreshold", "16m"],
  ["pack.threads", "1"],
];

/** What is the user's to say where the user's configuration holds. */
const usersOwn: ReadonlySet<string> = new Set(["credential.helper", "transfer.credentialsInUrl"]);

const noConfiguration = { HOME: "/nonexistent", GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: "1" };

function userEnvironment(): Record<string, string> {
  const names = ["HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

const kept = ["PATH", "TMPDIR", "SSH_AUTH_SOCK", "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"];

function environment(access: GitAccess | undefined): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  const userConfig = access?.userConfig === true;
  const fixed = userConfig ? harmless.filter(([name]) => !usersOwn.has(name)) : harmless;
  const settings = [...fixed, ...(access?.settings ?? [])];
  settings.forEach(([name, value], i) => {
    env[`GIT_CONFIG_KEY_${i}`] = name;
    env[`GIT_CONFIG_VALUE_${i}`] = value;
  });
  return {
    ...env,
    LC_ALL: "C",
    // No .netrc, .gitconfig or .config of whoever runs the gateway: credentials are chosen by rule (credentials.ts).
    ...(userConfig ? userEnvironment() : noConfiguration),
    GIT_ATTR_NOSYSTEM: "1",
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    // Addresses may be rewritten by the user's own configuration.
    GIT_ALLOW_PROTOCOL: userConfig ? "https:http:ssh:file" : allowedProtocol(access?.url),
    ...access?.env,
  };
}

/** One alone, and never one that runs a command (`ext::`). */
function allowedProtocol(url: string | undefined): string {
  const protocol = /^(https?|ssh|git\+ssh|file):\/\//.exec(url ?? "")?.[1];
  return protocol === "git+ssh" ? "ssh" : (protocol ?? "none");
}

export interface GitChild {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Ends it with all that it started. */
  kill(): void;
  readonly ended: Promise<{ readonly status: number | null; readonly error: Error | undefined }>;
  stderr(): string;
}

/** MiB that one process of git may take: what a host sends without end, or in a form that needs more, gets no further. */
const usualMemory = 2048;
/** Files that are mapped into memory, as packs are, don't count. It holds for what git starts, too. */
const bounded = 'ulimit -d "$1"; shift; exec git "$@"';

/** Starts `git ARGS` in a process group of its own. `access` undefined: it may not use the network. */
export function startGit(
  args: readonly string[],
  folder: string,
  access?: GitAccess,
  memoryMiB: number = usualMemory,
): GitChild {
  const git = ["--no-pager", `--git-dir=${folder}`, ...args];
  const child = spawn("/bin/sh", ["-c", bounded, "sh", String(memoryMiB * 1024), ...git], {
    cwd: folder,
    env: environment(access),
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-8192)));
  child.stdin.on("error", () => undefined);
  child.stdout.on("error", () => undefined);
  const ended = new Promise<{ status: number | null; error: Error | undefined }>((resolve) => {
    child.once("error", (error) => resolve({ status: null, error }));
    child.once("close", (status) => resolve({ status, error: undefined }));
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    stderr: () => redact(said, access?.secrets ?? []),
    kill() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    },
  };
}

/** Runs git to its end. A status other than 0 is an answer like another. */
export async function runGit(
  args: readonly string[],
  folder: string,
  limits: GitLimits,
  access?: GitAccess,
): Promise<GitRun> {
  // Before the start: what a child says before somebody listens is lost once it has ended.
  const file = limits.into === undefined ? undefined : await open(limits.into, "wx");
  const child = startGit(args, folder, access, limits.memoryMiB);
  let cut: GitRun["cut"];
  const end = (reason: NonNullable<GitRun["cut"]>): void => {
    cut ??= reason;
    child.kill();
  };
  const stop = (): void => end("stopped");
  const timer = setTimeout(() => end("timeout"), limits.timeoutMs);
  const watch = setInterval(() => {
    limits.tooLarge?.().then(
      (is) => is && end("too-large"),
      () => undefined,
    );
  }, 500);
  if (limits.signal.aborted) stop();
  limits.signal.addEventListener("abort", stop);
  try {
    child.stdin.end();
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      const output: AsyncIterable<Buffer> = child.stdout;
      for await (const chunk of output) {
        length += chunk.length;
        if (length > limits.output) {
          end("too-long");
          break;
        }
        if (file === undefined) chunks.push(chunk);
        else await file.writeFile(chunk);
      }
    } finally {
      await file?.close();
    }
    const { status, error } = await child.ended;
    if (error !== undefined) throw error;
    return { status, stdout: Buffer.concat(chunks), stderr: child.stderr(), cut };
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    limits.signal.removeEventListener("abort", stop);
    child.kill();
  }
}

function redact(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) if (secret !== "") shown = shown.replaceAll(secret, "***");
  return shown;
}
