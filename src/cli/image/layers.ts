import { LayerWatch } from "../../image/report/layerReport.ts";
import { type ImageFlags, withImage } from "../openedImage.ts";
import { printJson } from "../print/format.ts";
import { formatLayers } from "../print/imageLayers.ts";
import { printText } from "../print/printText.ts";

/** `fairlead image layers REF` */
export async function showLayers(reference: string, flags: ImageFlags & { readonly format: string }): Promise<void> {
  const observer = new LayerWatch();
  await withImage(reference, { ...flags, observer }, (image) => {
    const report = observer.report(image);
    const { name, id } = image.source;
    if (flags.format === "json") printJson({ image: name, id, ...report });
    else printText(formatLayers(report, name, process.stdout.columns ?? 80));
  });
}
