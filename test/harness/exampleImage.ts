import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FactOptions } from "../../src/doctor/facts.ts";
import { imageFactsOf } from "../../src/doctor/imageFacts.ts";
import type { ExampleFiles } from "../../src/doctor/rule.ts";
import { readImage } from "../../src/image/readImage.ts";
import { LayerWatch } from "../../src/image/report/layerReport.ts";
import { openImage } from "../../src/image/source/openImage.ts";
import { saveImages } from "../image/savedImage.ts";
import type { TarMember } from "../image/tarFile.ts";
import type { ImageConfig } from "./images.ts";
import { elfWithBuildInfo } from "./elfWithBuildInfo.ts";

/** Files of an example that are of its image: `$IMAGE` is its configuration, `$IMAGE/2/etc/x` a file in its second layer. */
export function isOfImage(path: string): boolean {
  return /^\$IMAGE(\/|$)/.test(path);
}

/** The image of an example, read as any other; nothing for one without. */
export async function exampleImage(files: ExampleFiles, folder: string): Promise<Pick<FactOptions, "image">> {
  const config = files["$IMAGE"];
  if (config === undefined) return {};
  const configuration: ImageConfig = JSON.parse(config);
  const layers: TarMember[][] = [];
  for (const [path, text] of Object.entries(files)) {
    const [, layer, name] = /^\$IMAGE\/(\d+)\/(.+)$/.exec(path) ?? [];
    if (layer === undefined || name === undefined) continue;
    const module = /^\$GO_PROGRAM\((.*)\)$/.exec(text)?.[1];
    (layers[Number(layer) - 1] ??= []).push({
      name,
      content: module === undefined ? text : elfWithBuildInfo("go1.24.3", module),
    });
  }
  const archive = join(folder, "image.tar");
  await writeFile(archive, saveImages([{ tag: "example:1", layers, config: configuration }]));
  await using source = await openImage(archive, {
    platform: { os: "linux", architecture: "amd64", variant: undefined },
    registry: () => {
      throw new Error("an example's image lies in a file");
    },
    env: {},
  });
  const observer = new LayerWatch();
  return { image: imageFactsOf("example:1", await readImage(source, { observer }), observer) };
}
