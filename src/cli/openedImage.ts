// An image by what a person calls it, read whole, with the errors of three rooms as one.

import { loadSettings } from "../config/load.ts";
import { EngineError } from "../image/engineError.ts";
import { ImageError } from "../image/imageError.ts";
import { type Image, readImage, type ReadOptions } from "../image/readImage.ts";
import { RegistryError } from "../image/registry/registryError.ts";
import { openImage } from "../image/source/openImage.ts";
import { ownPlatform, parsePlatform } from "../image/source/platform.ts";
import { CommandError, exitCode } from "./exitCode.ts";
import { printWarnings } from "./print/format.ts";
import { registryAccess, type RegistryAccess } from "./registryAccess.ts";

export interface ImageFlags {
  readonly platform?: string;
  readonly config?: string;
  readonly insecure?: boolean;
}

/** Opens and reads the image, and hands it to `work`; what was copied for it goes afterwards. Throws CommandError. */
export async function withImage<T>(
  reference: string,
  flags: ImageFlags & Pick<ReadOptions, "digests" | "observer">,
  work: (image: Image) => T | Promise<T>,
): Promise<T> {
  try {
    await using source = await openImage(reference, {
      platform: flags.platform === undefined ? ownPlatform() : parsePlatform(flags.platform),
      registry: () => registryOf(flags),
      env: process.env,
    });
    const live = process.stderr.isTTY && source.layers.length > 0;
    let read = 0;
    const onLayer = (): void =>
      void (live && process.stderr.write(`\r${source.name}: ${++read} of ${source.layers.length} layers read`));
    const image = await readImage(source, { ...flags, onLayer });
    if (live) process.stderr.write("\r\x1b[K");
    return await work(image);
  } catch (error) {
    if (error instanceof ImageError) {
      const code = error.code === "not-found" ? exitCode.usage : exitCode.outside;
      throw new CommandError(error.message, code, { cause: error });
    }
    if (error instanceof RegistryError || error instanceof EngineError)
      throw new CommandError(error.message, exitCode.outside, { cause: error });
    throw error;
  }
}

function registryOf({ config, insecure }: ImageFlags): RegistryAccess {
  const { settings, warnings } = loadSettings({
    file: config,
    env: process.env,
    flags: {},
    cwd: process.cwd(),
    needs: ["registry"],
  });
  printWarnings(warnings);
  const access = registryAccess(settings.registry);
  return insecure === true ? { ...access, insecure } : access;
}
