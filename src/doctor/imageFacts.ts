// What rules ask about an image that was built: what starts it, what that needs, what its layers hold.

import type { Image } from "../image/readImage.ts";
import type { LayerReport, LayerWatch } from "../image/report/layerReport.ts";
import { type ImageSummary, summarize } from "../image/report/summary.ts";
import { lookup } from "../image/rootfs/lookup.ts";
import type { ImageConfig } from "../image/source/config.ts";
import type { Verdict } from "../image/why/verdict.ts";
import { why } from "../image/why/why.ts";

export interface ImageFacts {
  /** As it was asked for. */
  readonly name: string;
  readonly config: ImageConfig;
  readonly verdict: Verdict;
  readonly summary: ImageSummary;
  readonly layers: LayerReport;
  /** Files that hold keys or passwords by their names, also those that a later layer hides. */
  readonly secrets: readonly { readonly path: string; readonly layer: number; readonly isHidden: boolean }[];
  readonly hasGo: boolean;
}

const secret =
  /(^|\/)(\.netrc|_netrc|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519)|\.pypirc|kubeconfig|\.aws\/credentials|\.docker\/config\.json|[\w.-]+\.(p12|pfx|kdbx))$/;
/** Of tests and documentation of what is installed. */
const notSecret = /(^|\/)(testdata|tests?|examples?|doc|docs|go\/src)(\/|$)/;

/** @param watch Looked on while the image was read. */
export function imageFactsOf(name: string, image: Image, watch: LayerWatch): ImageFacts {
  const { fs, source, layers } = image;
  return {
    name,
    config: source.config,
    verdict: why({ fs, config: source.config }),
    summary: summarize(image),
    layers: watch.report(image),
    secrets: layers.flatMap(({ entries }, layer) =>
      entries
        .filter((entry) => entry.type !== "directory" && secret.test(entry.name) && !notSecret.test(entry.name))
        .map((entry) => {
          const shown = lookup(fs, `/${entry.name}`);
          return { path: `/${entry.name}`, layer, isHidden: !(shown.ok && shown.node.layer === layer) };
        }),
    ),
    hasGo: lookup(fs, "/usr/local/go/bin/go").ok,
  };
}
