import { mkdtemp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { applets, isStaticFor, localBusybox } from "../../image/debug/busybox.ts";
import { toolFolder, type WayIn, wayIn } from "../../image/debug/wayIn.ts";
import { type Engine, findEngine } from "../../image/engine.ts";
import { EngineError } from "../../image/engineError.ts";
import { extractFile } from "../../image/report/extract.ts";
import { why } from "../../image/why/why.ts";
import type { Verdict } from "../../image/why/verdict.ts";
import { runChild } from "../childCommand.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { type ImageFlags, withImage } from "../openedImage.ts";
import { printJson } from "../print/format.ts";
import { formatVerdict } from "../print/verdict.ts";
import { formatWays } from "../print/wayIn.ts";
import { printText } from "../print/printText.ts";

interface Flags extends ImageFlags {
  readonly format: string;
  readonly run?: boolean;
  readonly tools: string;
  readonly user?: string;
}

interface Target {
  readonly way: WayIn;
  readonly verdict: Verdict;
  readonly architecture: string;
  /** The image's PATH. */
  readonly path: string;
}

/** `fairlead image debug REF [--run] [-- CMD…]` */
export async function debugImage(reference: string, command: readonly string[], flags: Flags): Promise<void> {
  const target = await withImage(reference, flags, ({ fs, source: { config, name } }): Target => {
    const verdict = why({ fs, config });
    const way = wayIn(fs, reference);
    if (flags.run !== true) {
      if (flags.format === "json") printJson({ image: name, start: verdict, ...way });
      else {
        const columns = process.stdout.columns ?? 80;
        printText(`${formatVerdict(verdict, { name, config }, columns)}\n${formatWays(way, columns)}`);
      }
    }
    const path = config.env.find((line) => line.startsWith("PATH="))?.slice(5);
    return { way, verdict, architecture: config.architecture, path: path ?? "/usr/sbin:/usr/bin:/sbin:/bin" };
  });
  if (flags.run === true) process.exitCode = await enter(reference, command, target, flags);
}

/** Runs the command, or a shell, in a container of the image. Resolves to its exit status. */
async function enter(
  reference: string,
  command: readonly string[],
  { way, architecture, path }: Target,
  flags: Flags,
): Promise<number> {
  if (/^[./]|\.tar|^(oci|docker)[\w-]*:/.test(reference) && !reference.startsWith("docker-daemon:"))
    throw new CommandError(
      `--run starts a container, and ${reference} is in no engine: docker load --input it, and name the image`,
    );
  const name = reference.replace(/^docker-daemon:/, "");
  const engine = await engineHere();
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? "-it" : "-i";
  const user = flags.user === undefined ? [] : ["--user", flags.user];
  if (way.shell !== undefined) {
    const [entrypoint = way.shell, ...rest] = command;
    return runChild(
      [engine.client, "run", "--rm", terminal, ...user, "--entrypoint", entrypoint, name, ...rest],
      process.env,
      undefined,
    );
  }
  const busybox = await findBusybox(architecture, flags);
  const folder = await mkdtemp(join(tmpdir(), "fairlead-debug-"));
  const container = `fairlead-debug-${process.pid}-${Date.now().toString(36)}`;
  const tools = join(folder, toolFolder.slice(1));
  try {
    await mkdir(tools);
    await writeFile(join(tools, "busybox"), busybox, { mode: 0o755 });
    for (const applet of applets) await symlink("busybox", join(tools, applet));
    const [program = "sh", ...rest] = command;
    const entrypoint = program.includes("/") || !applets.includes(program) ? program : `${toolFolder}/${program}`;
    const variables = ["--env", `PATH=${toolFolder}:${path}`];
    const started = [...variables, "--entrypoint", entrypoint, name, ...rest];
    await succeed(engine, ["create", "--name", container, terminal, ...user, ...started]);
    await succeed(engine, ["cp", tools, `${container}:/`]);
    const attach = process.stdin.isTTY ? ["--interactive"] : [];
    return await runChild([engine.client, "start", "--attach", ...attach, container], process.env, undefined);
  } finally {
    await engine.run(["rm", "--force", "--volumes", container]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function engineHere(): Promise<Engine> {
  try {
    return await findEngine(process.env, { buildKit: false });
  } catch (error) {
    if (error instanceof EngineError) throw new CommandError(error.message, exitCode.outside, { cause: error });
    throw error;
  }
}

async function findBusybox(architecture: string, flags: Flags): Promise<Buffer> {
  const local = await localBusybox(process.env, architecture);
  if (local !== undefined) return local;
  const hint = `install Debian's busybox-static, or name an image that has /bin/busybox for ${architecture} with --tools`;
  const bytes = await withImage(flags.tools, { ...flags, platform: `linux/${architecture}` }, (image) =>
    buffer(extractFile(image, "/bin/busybox")),
  ).catch((error: unknown) => {
    const said = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `the image has no shell, and there is no static busybox here; from ${flags.tools}: ${said}\n${hint}`,
      exitCode.outside,
      { cause: error },
    );
  });
  if (!isStaticFor(bytes, architecture))
    throw new CommandError(`/bin/busybox in ${flags.tools} is not static, or not for ${architecture}\n${hint}`);
  return bytes;
}

async function succeed(engine: Engine, args: readonly string[]): Promise<void> {
  const { status, stderr } = await engine.run(args, { timeout: 600_000 });
  if (status !== 0)
    throw new CommandError(`docker ${args[0] ?? ""} ended with ${status}: ${stderr.trim()}`, exitCode.outside);
}
