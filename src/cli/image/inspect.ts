import { LayerWatch } from "../../image/report/layerReport.ts";
import { summarize } from "../../image/report/summary.ts";
import { why } from "../../image/why/why.ts";
import { type ImageFlags, withImage } from "../openedImage.ts";
import { printJson } from "../print/format.ts";
import { formatSummary } from "../print/imageSummary.ts";

/** `fairlead image inspect REF` */
export async function inspect(reference: string, flags: ImageFlags & { readonly format: string }): Promise<void> {
  const observer = new LayerWatch();
  await withImage(reference, { ...flags, observer }, (image) => {
    const { name, id, config } = image.source;
    const summary = summarize(image);
    const layers = observer.report(image);
    const verdict = why({ fs: image.fs, config });
    if (flags.format === "json") {
      const { savings: _, layers: rows, ...rest } = layers;
      printJson({
        image: name,
        id,
        ...summary,
        config: { ...config, env: namesOf(config.env) },
        layers: rows,
        ...rest,
        start: verdict,
      });
    } else {
      process.stdout.write(formatSummary({ name, id, config, summary, layers, verdict }, process.stdout.columns ?? 80));
    }
  });
}

/** Values may be secrets. */
function namesOf(env: readonly string[]): string[] {
  return env.map((line) => line.split("=")[0] ?? "");
}
