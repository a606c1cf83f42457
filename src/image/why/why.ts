// Why a container does not start: the command is found, executed and loaded in thought, on the image's own files, as the
// runtime, the kernel and the loader would.

import { allows, lookup } from "../rootfs/lookup.ts";
import { adviseBase } from "../needs/baseAdvice.ts";
import { needsOf } from "../needs/needs.ts";
import type { Wish } from "../needs/wishes.ts";
import type { RootFs } from "../rootfs/rootFs.ts";
import type { ImageConfig } from "../source/config.ts";
import { type Container, environmentOf, isBusybox, layerText } from "./container.ts";
import { findProgram } from "./findProgram.ts";
import { firstCommand } from "./shell.ts";
import { startProgram } from "./startProgram.ts";
import { resolveUser } from "./user.ts";
import type { Obstacle, Verdict } from "./verdict.ts";

/** `command` takes the place of CMD, as behind `docker run IMAGE`; empty: the image's own. `wishes` are about its base. */
export function why(
  { fs, config }: { readonly fs: RootFs; readonly config: ImageConfig },
  command: readonly string[] = [],
  wishes: ReadonlySet<Wish> = new Set(),
): Verdict {
  const argv = [...config.entrypoint, ...(command.length > 0 ? command : config.cmd)];
  const who = resolveUser(fs, config.user);
  const container: Container = {
    fs,
    config,
    who: "cause" in who ? { uid: 0, gids: [0] } : who,
    workingDir: config.workingDir === "" ? "/" : config.workingDir,
    env: environmentOf(config),
    chain: [],
    notes: [],
    started: [],
    libraries: [],
  };
  const obstacle =
    argv.length === 0 ? noCommand() : "cause" in who ? who : (workingDirectory(container) ?? start(container, argv));
  const { chain, notes } = container;
  const needs = needsOf(container, argv);
  const base = adviseBase(container, argv, needs, wishes);
  const verdict = obstacle === undefined ? "starts" : obstacle.isUncertain === true ? "depends" : "fails";
  return { verdict, obstacle, argv, chain, notes, uid: container.who.uid, needs, base };
}

function noCommand(): Obstacle {
  return {
    cause: "no-command",
    error: "No command specified",
    saidBy: "docker",
    exitStatus: undefined,
    reason: "the image has neither ENTRYPOINT nor CMD",
    fixes: [`add ENTRYPOINT ["/app"] to the last stage: those of earlier stages don't count`],
  };
}

/** Engines make a missing one; what lies in its way they don't remove. */
function workingDirectory({ fs, config, who, workingDir }: Container): Obstacle | undefined {
  const found = lookup(fs, workingDir);
  const fixes = [`WORKDIR names a folder: choose another, or remove what has its name`];
  if ((found.ok && found.node.type !== "directory") || (!found.ok && found.error === "ENOTDIR")) {
    return {
      cause: "bad-working-directory",
      error: `Cannot mkdir: ${workingDir} is not a directory`,
      saidBy: "docker",
      exitStatus: undefined,
      reason: `WORKDIR is ${workingDir}, and ${found.ok ? found.path : found.at} is a file${found.ok ? `, from ${layerText(config, found.node.layer)}` : ""}`,
      fixes,
    };
  }
  const entered = lookup(fs, workingDir, who);
  const closed = entered.ok
    ? allows(entered.node, 1, who)
      ? undefined
      : entered.path
    : entered.error === "EACCES"
      ? entered.at
      : undefined;
  if (closed === undefined) return undefined;
  return {
    cause: "bad-working-directory",
    error: `chdir to cwd ("${workingDir}") set in config.json failed: permission denied`,
    saidBy: "runc 1.1",
    exitStatus: undefined,
    reason: `WORKDIR is ${workingDir}, and user ${who.uid} may not enter ${closed}`,
    fixes: [`RUN chmod a+rx ${closed}, or COPY --chown=${who.uid} into it`],
  };
}

function start(container: Container, argv: readonly string[]): Obstacle | undefined {
  const [name = "", ...rest] = argv;
  const path = findProgram(container, name);
  if (typeof path !== "string") return withoutShell(container, argv, path);
  const obstacle = startProgram(container, path);
  if (obstacle !== undefined) return obstacle;
  const inner = innerCommand(name, rest);
  if (inner === undefined) return undefined;
  container.chain.push(`it starts ${inner.argv.join(" ")}`);
  return startInner(container, inner);
}

/** Exec form with a shell's syntax, or the shell form without a shell: the two most usual reasons for a missing file. */
function withoutShell({ fs }: Container, argv: readonly string[], obstacle: Obstacle): Obstacle {
  const [name = "", option] = argv;
  if (/\/(sh|bash|ash)$/.test(name) && option === "-c" && !lookup(fs, name).ok) {
    return {
      ...obstacle,
      reason: `ENTRYPOINT or CMD is in the shell form, which starts ${name}, and the image has no shell`,
      fixes: [`write it in the exec form: ENTRYPOINT ["/app", "--flag"]`],
    };
  }
  if (/[ \t]/.test(name))
    return {
      ...obstacle,
      fixes: [
        `a command and its arguments are separate strings: ${JSON.stringify(name.split(/[ \t]+/))}`,
        ...obstacle.fixes,
      ],
    };
  return obstacle;
}

interface Inner {
  readonly by: "shell" | "init";
  /** The program that starts it. */
  readonly starter: string;
  readonly argv: readonly string[];
}

/** What the program starts in its turn, for those whose whole purpose that is. */
function innerCommand(name: string, rest: readonly string[]): Inner | undefined {
  const base = name.slice(name.lastIndexOf("/") + 1);
  if (/^(sh|bash|ash|dash)$/.test(base) && rest[0] === "-c" && rest[1] !== undefined) {
    const argv = firstCommand(rest[1]);
    return argv === undefined ? undefined : { by: "shell", starter: name, argv };
  }
  if (/^(tini|dumb-init|catatonit)(-static)?$/.test(base)) {
    const argv = rest.slice(rest[0]?.startsWith("-") === true ? rest.indexOf("--") + 1 : 0);
    return argv.length === 0 || argv[0]?.startsWith("-") === true ? undefined : { by: "init", starter: name, argv };
  }
  return undefined;
}

function startInner(container: Container, { by, argv, starter }: Inner): Obstacle | undefined {
  const [name = ""] = argv;
  const path = findProgram(container, name);
  const obstacle = typeof path === "string" ? startProgram(container, path) : path;
  // A loader speaks for itself, whoever started the program.
  if (obstacle === undefined || obstacle.cause === "missing-library" || obstacle.cause === "library-version")
    return obstacle;
  const isDenied = obstacle.cause === "not-executable" || obstacle.cause === "is-directory";
  const exitStatus = isDenied ? 126 : 127;
  if (by === "init") {
    const why = isDenied ? "Permission denied" : "No such file or directory";
    return { ...obstacle, error: `exec ${name} failed: ${why}`, saidBy: "the init process", exitStatus };
  }
  const place = isBusybox(container, starter) ? starter : `${starter}: 1`;
  const error = `${place}: ${name}: ${isDenied ? "Permission denied" : "not found"}`;
  return { ...obstacle, error, saidBy: "the shell", exitStatus };
}
