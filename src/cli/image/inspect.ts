import type { ImageSettings } from "../../config/imageSettings.ts";
import { loadSettings } from "../../config/load.ts";
import { checkImage } from "../../image/report/checks.ts";
import { LayerWatch } from "../../image/report/layerReport.ts";
import { summarize } from "../../image/report/summary.ts";
import type { Wish } from "../../image/needs/wishes.ts";
import { why } from "../../image/why/why.ts";
import { exitCode } from "../exitCode.ts";
import { type ImageFlags, withImage } from "../openedImage.ts";
import { printJson, printWarnings } from "../print/format.ts";
import { formatChecks } from "../print/imageChecks.ts";
import { formatSummary } from "../print/imageSummary.ts";
import { printText } from "../print/printText.ts";

/** `fairlead image inspect REF` */
export async function inspect(
  reference: string,
  flags: ImageFlags & { readonly format: string; readonly ci?: boolean; readonly want?: readonly Wish[] },
): Promise<void> {
  const observer = new LayerWatch();
  await withImage(reference, { ...flags, observer }, (image) => {
    const { name, id, config } = image.source;
    const summary = summarize(image);
    const layers = observer.report(image);
    const verdict = why({ fs: image.fs, config }, [], new Set(flags.want));
    const checks = flags.ci === true ? checkImage({ image, summary, layers, verdict }, limits(flags)) : undefined;
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
        checks,
      });
    } else {
      const columns = process.stdout.columns ?? 80;
      printText(formatSummary({ name, id, config, summary, layers, verdict }, columns));
      if (checks !== undefined) printText(formatChecks(checks, columns));
    }
    if (checks?.some(({ passed }) => !passed) === true) process.exitCode = exitCode.findings;
  });
}

function limits({ config }: ImageFlags): ImageSettings {
  const { settings, warnings } = loadSettings({
    file: config,
    env: process.env,
    flags: {},
    cwd: process.cwd(),
    needs: ["image"],
  });
  printWarnings(warnings);
  return settings.image;
}

/** Values may be secrets. */
function namesOf(env: readonly string[]): string[] {
  return env.map((line) => line.split("=")[0] ?? "");
}
