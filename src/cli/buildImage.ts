// `fairlead build`, put together: settings and git state → tags and metadata → engine, gateway, login → the build → tags →
// push. Everything that was opened is closed again, in whatever way it ends.

import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { BuildError } from "../build/buildError.ts";
import { type BuildReport, reportOf } from "../build/log/report.ts";
import { timelinePage } from "../build/log/timelinePage.ts";
import { buildCommand, type BuildRequest } from "../build/run/buildCommand.ts";
import { declaredArguments } from "../build/run/dockerfileArguments.ts";
import { imageId, pushTag, tagExists, tagInEngine, takenAtRegistry, takenInEngine } from "../build/run/imageTags.ts";
import { type ImageMetadata, metadataOf } from "../build/run/metadata.ts";
import { PrivateConfig } from "../build/run/privateConfig.ts";
import { runBuild } from "../build/run/runBuild.ts";
import { ciRef, givenTag, type ImageTag, tagsOf } from "../build/tags.ts";
import type { Settings } from "../config/settings.ts";
import { type Engine, findEngine } from "../image/engine.ts";
import { goVersionOf } from "../repo/goVersion.ts";
import { type GitState, readGitState } from "../repo/gitState.ts";
import { buildFailure, expectedError } from "./buildFailure.ts";
import { startBuildGateway } from "./buildGateway.ts";
import { type BuildFlags, buildSettings, type Secrets, secretValues } from "./buildSettings.ts";
import { repositoryName } from "./builtImage.ts";
import { CommandError, exitCode } from "./exitCode.ts";
import { type BuildProgress, liveProgress, plainProgress } from "./print/buildProgress.ts";

export type { BuildFlags } from "./buildSettings.ts";

export interface BuiltImage {
  readonly report: BuildReport;
  readonly metadata: ImageMetadata;
  /** undefined: nothing was built. */
  readonly image: Image | undefined;
  readonly goproxy: string | undefined;
  /** Why there is no image; undefined where the report says it. */
  readonly reason: string | undefined;
  readonly status: number;
}

interface Image {
  readonly repository: string;
  /** What the engine calls it. */
  readonly id: string;
  readonly tags: readonly string[];
  readonly references: readonly string[];
  /** Of the manifest at the registry; undefined: not pushed. */
  readonly digest: string | undefined;
  readonly dirty: boolean;
}

/** Throws CommandError. A build that fails is a result like another. */
export async function buildImage(folder: string, flags: BuildFlags): Promise<BuiltImage> {
  const interrupted = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    // A second one ends at once: the person means it.
    if (interrupted.signal.aborted) process.exit(130);
    say(`${signal}: cancelling the build (again to stop at once)`);
    interrupted.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await build(resolve(folder), flags, interrupted.signal);
  } catch (error) {
    throw expectedError(error);
  } finally {
    for (const signal of signals) process.removeListener(signal, interrupt);
  }
}

async function build(folder: string, flags: BuildFlags, signal: AbortSignal): Promise<BuiltImage> {
  const { settings, secrets } = buildSettings(folder, flags);
  const [state, goVersion] = await Promise.all([readGitState(folder), goVersionOf(folder)]);
  const ci = ciRef(process.env);
  const tags = flags.tag === undefined ? tagsOf(settings.build.tags, state, ci) : flags.tag.map(givenTag);
  const repository = flags.image ?? settings.service.image;
  const push = flags.push === true;
  if (push) refuseUnfit(repository, state, flags);
  const metadata = metadataOf(state, ci, goVersion);
  const { request, declared } = await requestOf(folder, flags, settings, { metadata, secrets });
  const engine = await findEngine(process.env);
  tellState(state);

  await using stack = new AsyncDisposableStack();
  const login = push ? await logIn(engine, settings, repository ?? "") : undefined;
  if (login !== undefined) stack.use(login);
  const goproxy = await gatewayFor(engine, flags, settings, declared, stack);
  const args = goproxy === undefined ? request.args : { ...request.args, GOPROXY: goproxy };
  // A name of its own until it is known whether the image may have its tags.
  const temporary = `fairlead-build:${randomUUID()}`;
  const progress = startProgress();
  const environment = { DOCKER_BUILDKIT: "1", PROGRESS_NO_TRUNC: "1", ...login?.env };
  const run = await runBuild(engine, buildCommand({ ...request, args }, engine, temporary), {
    env: environment,
    secrets: await secretValues(secrets),
    signal,
    onProgress: progress.onProgress,
  }).finally(progress.end);
  const report = reportOf(run.log);
  if (flags.html !== undefined) await writeTimeline(flags.html, report, basename(folder));
  const base = { report, metadata, goproxy };
  const id = run.status === 0 ? await imageId(engine, temporary) : undefined;
  if (id === undefined) return { ...base, image: undefined, ...buildFailure(run, signal.aborted) };

  const name = repository ?? repositoryName(settings, folder);
  try {
    const image = await finish(engine, {
      name,
      tags,
      id,
      push,
      settings,
      env: login?.env ?? {},
      dirty: state?.dirty === true,
    });
    return { ...base, image, reason: undefined, status: exitCode.ok };
  } finally {
    await engine.run(["image", "rm", "--no-prune", "--", temporary]);
  }
}

interface Finishing {
  readonly name: string;
  readonly tags: readonly ImageTag[];
  readonly id: string;
  readonly push: boolean;
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string>>;
  readonly dirty: boolean;
}

/** All tags or none: nothing is tagged before it is known that each may be. */
async function finish(engine: Engine, { name, tags, id, push, settings, env, dirty }: Finishing): Promise<Image> {
  const insecure = settings.registry.insecure || isLoopbackRegistry(name);
  const taken = await takenInEngine(engine, name, tags, id);
  if (push) taken.push(...(await takenAtRegistry(engine, name, tags, id, { env, insecure })));
  if (taken.length > 0) throw tagExists(taken, id);
  const references = tags.map((tag) => `${name}:${tag.name}`);
  await tagInEngine(engine, id, references);
  let digest: string | undefined;
  if (push) {
    for (const reference of references) {
      say(`pushing ${reference}`);
      digest = await pushTag(engine, reference, env);
    }
  }
  return { repository: name, id, tags: tags.map((tag) => tag.name), references, digest, dirty };
}

async function requestOf(
  folder: string,
  flags: BuildFlags,
  { build }: Settings,
  { metadata, secrets }: { metadata: ImageMetadata; secrets: Secrets },
): Promise<{ request: BuildRequest; declared: ReadonlySet<string> }> {
  const dockerfile = resolve(folder, flags.file ?? build.dockerfile);
  const text = await readFile(dockerfile, "utf8").catch((error: unknown) => {
    const said = error instanceof Error ? error.message : String(error);
    throw new BuildError(
      "dockerfile",
      `there is no Dockerfile to build: ${said}\nfairlead init writes one for a Go project`,
    );
  });
  const declared = declaredArguments(text);
  // What nobody declares would only make BuildKit's own output longer; SOURCE_DATE_EPOCH is BuildKit's own.
  const own = Object.entries(metadata.args).filter(([name]) => name === "SOURCE_DATE_EPOCH" || declared.has(name));
  const request: BuildRequest = {
    dockerfile,
    context: resolve(folder, build.context),
    target: flags.target ?? build.target,
    platform: flags.platform,
    args: { ...Object.fromEntries(own), ...build.args },
    secrets,
    labels: metadata.labels,
    noCache: flags.cache === false,
    pull: flags.pull === true,
  };
  return { request, declared };
}

function refuseUnfit(repository: string | undefined, state: GitState | undefined, { allowDirty }: BuildFlags): void {
  if (repository === undefined) {
    throw new CommandError("there is nowhere to push to: set service.image in fairlead.yaml, or give --image");
  }
  if (state?.dirty === true && allowDirty !== true) {
    const some = state.changes.slice(0, 5).join(", ");
    throw new CommandError(
      `files differ from the commit (${some}${state.changes.length > 5 ? ", …" : ""}), so nobody could build this image again\ncommit them, or say --allow-dirty if that is meant`,
    );
  }
}

function tellState(state: GitState | undefined): void {
  if (state?.dirty !== true) return;
  say(`files differ from the commit (${state.changes.slice(0, 5).join(", ")}): tags end in -dirty`);
}

async function logIn(engine: Engine, { registry }: Settings, repository: string): Promise<PrivateConfig | undefined> {
  const { username, password } = registry;
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    throw new CommandError("a login takes both registry.username and registry.password; one of them is not set");
  }
  const host = registryOf(repository);
  if (host === undefined) {
    throw new CommandError(`${repository} names no registry to log in to; write it as registry.example/team/name`);
  }
  return PrivateConfig.login(engine, { host, username, password }, process.env);
}

/** The first part of a repository is a registry if it looks like a host (distribution/reference, splitDockerDomain). */
function registryOf(repository: string): string | undefined {
  const [first = "", ...rest] = repository.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : undefined;
}

function isLoopbackRegistry(repository: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(registryOf(repository) ?? "");
}

async function gatewayFor(
  engine: Engine,
  flags: BuildFlags,
  settings: Settings,
  declared: ReadonlySet<string>,
  stack: AsyncDisposableStack,
): Promise<string | undefined> {
  if (flags.gateway === false || settings.build.args["GOPROXY"] !== undefined) return undefined;
  if (!declared.has("GOPROXY")) {
    say('no "ARG GOPROXY" in the Dockerfile: its module downloads don\'t go through the gateway');
    return undefined;
  }
  const gateway = await startBuildGateway(engine, settings.gateway);
  if ("reason" in gateway) {
    say(`without the module gateway: ${gateway.reason}`);
    return undefined;
  }
  stack.use(gateway);
  say(`modules through ${gateway.what} (GOPROXY=${gateway.goproxy})`);
  return gateway.goproxy;
}

/** A timeline that can't be written must not cost the image. */
async function writeTimeline(file: string, report: BuildReport, title: string): Promise<void> {
  await writeFile(file, timelinePage(report, title)).catch((error: unknown) =>
    say(`the timeline was not written: ${error instanceof Error ? error.message : String(error)}`),
  );
}

const drawEveryMs = 200;

function startProgress(): { onProgress: Parameters<typeof runBuild>[2]["onProgress"]; end: () => void } {
  const progress: BuildProgress = process.stderr.isTTY ? liveProgress(process.stderr) : plainProgress(say);
  let read: Parameters<Parameters<typeof runBuild>[2]["onProgress"]>[0] | undefined;
  const draw = (): void => {
    if (read !== undefined) progress.update(read());
  };
  const timer = setInterval(draw, drawEveryMs);
  return {
    onProgress(reader) {
      read = reader;
    },
    end() {
      clearInterval(timer);
      draw();
      progress.end();
    },
  };
}

function say(line: string): void {
  process.stderr.write(`fairlead build: ${line}\n`);
}
