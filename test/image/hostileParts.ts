// What the tests of hostile images have in common: everything that is done with an image, done at once, and how it may end.

import { ImageError } from "../../src/image/imageError.ts";
import { EngineError } from "../../src/image/engineError.ts";
import { wayIn } from "../../src/image/debug/wayIn.ts";
import { readImage } from "../../src/image/readImage.ts";
import { RegistryError } from "../../src/image/registry/registryError.ts";
import { checkImage } from "../../src/image/report/checks.ts";
import { extractFile } from "../../src/image/report/extract.ts";
import { diffImages } from "../../src/image/report/imageDiff.ts";
import { LayerWatch } from "../../src/image/report/layerReport.ts";
import { summarize } from "../../src/image/report/summary.ts";
import { walk } from "../../src/image/rootfs/walk.ts";
import type { ImageSource } from "../../src/image/source/source.ts";
import { why } from "../../src/image/why/why.ts";
import { formatChecks } from "../../src/cli/print/imageChecks.ts";
import { formatLayers } from "../../src/cli/print/imageLayers.ts";
import { formatSummary } from "../../src/cli/print/imageSummary.ts";
import { formatVerdict } from "../../src/cli/print/verdict.ts";
import { formatWays } from "../../src/cli/print/wayIn.ts";

export const isLong: boolean = process.env["FAIRLEAD_LONG"] === "1";

/** So many generated cases, ten times as many in a long run. */
export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: isLong ? 10 * count : count };
}

/** Resolves to what was printed, or to the error's code if it is one of ours; throws any other. */
export async function ending(open: () => Promise<ImageSource>): Promise<string> {
  try {
    await using source = await open();
    return await lookInto(source);
  } catch (error) {
    if (error instanceof ImageError || error instanceof RegistryError || error instanceof EngineError)
      return error.code;
    throw error;
  }
}

async function lookInto(source: ImageSource): Promise<string> {
  const observer = new LayerWatch();
  const image = await readImage(source, { observer, digests: true });
  const { fs } = image;
  for (const { entries } of image.layers)
    for (const { name } of entries) if (name.split("/").includes("..")) throw new Error(`${name} is above the root`);
  const { name, id, config } = source;
  const verdict = why({ fs, config });
  const layers = observer.report(image);
  const summary = summarize(image);
  const limits = { size: 1, waste: 0, allowRoot: false, forbidden: ["**/passwd"], needs: [] };
  const same = diffImages(image, image);
  if (same.files.length > 0) throw new Error("an image differs from itself");
  for (const { path, node } of walk(fs))
    if (node.type === "file" && node.size > 0) {
      for await (const _ of extractFile(image, path));
      break;
    }
  return [
    formatVerdict(verdict, { name, config }, 80),
    formatLayers(layers, name, 80),
    formatSummary({ name, id, config, summary, layers, verdict }, 80),
    formatChecks(checkImage({ image, summary, layers, verdict }, limits), 80),
    formatWays(wayIn(fs, name), 80),
  ].join("\n");
}
