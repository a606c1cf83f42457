import type { Settings } from "../config/settings.ts";
import { RegistryError } from "../image/registry/registryError.ts";
import { resolveDigest } from "../image/registry/resolve.ts";
import type { GitState } from "../repo/gitState.ts";
import { commitTag } from "./builtImage.ts";
import { CommandError, exitCode } from "./exitCode.ts";
import { registryAccess } from "./registryAccess.ts";

export interface ShippedImage {
  readonly image: string;
  readonly digest: string;
  readonly tag: string | undefined;
}

interface Asked {
  readonly image?: string;
  readonly tag?: string;
  readonly git: GitState | undefined;
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

/**
 * Which image a deploy ships: what was asked for, else service.image with the tag that `fairlead build` gives the commit
 * that is checked out. A tag is resolved to the digest it has now; from then on only the digest counts.
 *
 * @throws CommandError
 */
export async function shippedImage({ image, tag, git, settings, signal }: Asked): Promise<ShippedImage> {
  const reference = image ?? settings.service.image;
  if (reference === undefined)
    throw new CommandError("service.image is not set: which image is to be deployed? (or --image)");
  const [, repository = "", ownTag, digest] =
    /^((?:[\w.-]+(?::\d+)?\/)?[a-z0-9][\w./-]*?)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference) ??
    [];
  if (repository === "") {
    throw new CommandError(`${JSON.stringify(reference)} is no image reference: repository[:tag][@sha256:…]`);
  }
  if (digest !== undefined) return { image: repository, digest, tag: tag ?? ownTag };
  const wanted = tag ?? ownTag ?? commitTag(settings, git);
  const resolved = await resolve(`${repository}:${wanted}`, settings, signal);
  return { image: repository, digest: resolved, tag: wanted };
}

async function resolve(reference: string, { registry }: Settings, signal: AbortSignal): Promise<string> {
  try {
    return (await resolveDigest(reference, { ...registryAccess(registry), signal })).digest;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new CommandError(error.message, exitCode.outside, { cause: error });
  }
}
