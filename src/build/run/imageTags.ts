// Gives an image its tags in the engine and at its registry. A tag that exists is never moved, but for those that are meant
// to move (tags.ts): a tag that means something else tomorrow can't be deployed, rolled back or audited by.

import * as z from "zod";
import type { Engine } from "../../image/engine.ts";
import { BuildError } from "../buildError.ts";
import type { ImageTag } from "../tags.ts";

/** Where a tag points that another image has. */
export interface TakenTag {
  readonly reference: string;
  readonly where: "engine" | "registry";
  /** sha256:… of the image's configuration, or of its manifest. */
  readonly points: string;
}

/** The tags that point at another image than this one, in the engine. */
export async function takenInEngine(
  engine: Engine,
  repository: string,
  tags: readonly ImageTag[],
  image: string,
): Promise<TakenTag[]> {
  const taken: TakenTag[] = [];
  for (const { name, moves } of tags) {
    const reference = `${repository}:${name}`;
    const points = moves === "never" ? await imageId(engine, reference) : undefined;
    if (points !== undefined && points !== image) taken.push({ reference, where: "engine", points });
  }
  return taken;
}

/** The image's id; undefined: the engine has none of that name. */
export async function imageId(engine: Engine, reference: string): Promise<string | undefined> {
  const { status, stdout } = await engine.run(["image", "inspect", "--format", "{{.Id}}", "--", reference]);
  return status === 0 ? stdout.trim() : undefined;
}

interface RegistryAccess {
  readonly env: Readonly<Record<string, string>>;
  readonly insecure: boolean;
}

const manifest = z.object({
  Descriptor: z.object({ digest: z.string() }),
  SchemaV2Manifest: z.object({ config: z.object({ digest: z.string() }) }).nullish(),
  OCIManifest: z.object({ config: z.object({ digest: z.string() }) }).nullish(),
});

/**
 * The tags that point at another image than this one, at the registry. It has no "only if absent", so what somebody else
 * pushes between this and our push is not seen.
 *
 * @throws BuildError if the registry does not say
 */
export async function takenAtRegistry(
  engine: Engine,
  repository: string,
  tags: readonly ImageTag[],
  image: string,
  access: RegistryAccess,
): Promise<readonly TakenTag[]> {
  const taken: TakenTag[] = [];
  for (const { name, moves } of tags) {
    if (moves === "always") continue;
    const reference = `${repository}:${name}`;
    const found = await atRegistry(engine, reference, access);
    if (found === undefined || found.ids.includes(image)) continue;
    taken.push({ reference, where: "registry", points: found.ids[0] ?? "" });
  }
  return taken;
}

/** The digests that a tag stands for there: of the configuration, which is the id that an engine gives, and the manifest. */
async function atRegistry(
  engine: Engine,
  reference: string,
  { env, insecure }: RegistryAccess,
): Promise<{ readonly ids: readonly string[] } | undefined> {
  const options = insecure ? ["--insecure", "--verbose"] : ["--verbose"];
  const { status, stdout, stderr } = await engine.run(["manifest", "inspect", ...options, "--", reference], { env });
  if (status !== 0) {
    if (/no such manifest|manifest unknown|not found|name unknown/i.test(stderr)) return undefined;
    throw new BuildError(
      "push",
      `the registry does not say whether ${reference} exists: ${stderr.trim().slice(0, 500)}\n${nextStep(stderr)}`,
    );
  }
  const parsed = z.union([manifest, z.array(manifest)]).safeParse(parseJson(stdout));
  if (!parsed.success)
    throw new BuildError("push", `what the registry has as ${reference} can't be read; push it under another tag`);
  // An index of several platforms is none of ours.
  const one = Array.isArray(parsed.data) ? undefined : parsed.data;
  const config = one?.SchemaV2Manifest?.config.digest ?? one?.OCIManifest?.config.digest;
  return { ids: [config, one?.Descriptor.digest].filter((id) => id !== undefined) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Says which tags can't be given, and why that is no accident. */
export function tagExists(taken: readonly TakenTag[], image: string): BuildError {
  const lines = taken.map(({ reference, where, points }) => {
    const place = where === "engine" ? "in the engine" : "at the registry";
    return `  ${reference} is ${points === "" ? "something else" : points.slice(0, 19)} ${place}`;
  });
  return new BuildError(
    "tag-exists",
    `the image is built (${image.slice(0, 19)}), and not tagged: a tag that exists is never moved\n${lines.join("\n")}\nuse what is there, commit what changed, or name another tag with --tag; in the engine, docker rmi takes a tag away`,
  );
}

/** @throws BuildError */
export async function tagInEngine(engine: Engine, image: string, references: readonly string[]): Promise<void> {
  for (const reference of references) {
    const { status, stderr } = await engine.run(["image", "tag", "--", image, reference]);
    if (status !== 0) throw new BuildError("engine", `the engine did not tag the image ${reference}: ${stderr.trim()}`);
  }
}

const pushWithin = 30 * 60_000;

/** Pushes one tag; resolves to the manifest's digest. Throws BuildError. */
export async function pushTag(
  engine: Engine,
  reference: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { status, stdout, stderr } = await engine.run(["push", "--", reference], { env, timeout: pushWithin });
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1];
  if (status === 0 && digest !== undefined) return digest;
  const said = `${stderr.trim()}\n${stdout.trim()}`.trim().split("\n").slice(-3).join("\n").slice(0, 1000);
  throw new BuildError("push", `${reference} was not pushed: ${said || "the client said nothing"}\n${nextStep(said)}`);
}

function nextStep(said: string): string {
  if (/unauthorized|denied|no basic auth|401|403/i.test(said))
    return "set registry.username and registry.password, or log in with docker login; the account needs the right to write";
  if (/server gave HTTP response to HTTPS/i.test(said))
    return "the registry speaks plain HTTP: set registry.insecure, and name it among the engine's insecure-registries";
  if (/no space left/i.test(said)) return "the registry's disk is full";
  return "is the registry up, and does its name resolve here?";
}
