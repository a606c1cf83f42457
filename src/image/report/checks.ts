// An image held against what its project allows (fairlead.yaml, `image`): for CI, which wants a yes or a no.

import type { ImageSettings } from "../../config/imageSettings.ts";
import type { Image } from "../readImage.ts";
import { lookup } from "../rootfs/lookup.ts";
import type { Verdict } from "../why/verdict.ts";
import type { LayerReport } from "./layerReport.ts";
import { pathMatcher } from "./pathPattern.ts";
import type { ImageSummary } from "./summary.ts";

export interface Check {
  readonly name: "starts" | "size" | "waste" | "user" | "paths" | "needs";
  readonly passed: boolean;
  /** Of whoever reads: numbers as they are, sentences as they stand. */
  readonly found: string | number;
  readonly allowed: string | number;
  /** What failed it, one by one. */
  readonly details: readonly string[];
}

interface Checked {
  readonly image: Image;
  readonly summary: ImageSummary;
  readonly layers: LayerReport;
  readonly verdict: Verdict;
}

const shownPaths = 20;

export function checkImage({ image, summary, layers, verdict }: Checked, allowed: ImageSettings): Check[] {
  const waste = layers.size === 0 ? 0 : layers.wasted / layers.size;
  const paths = forbiddenPaths(image, allowed.forbidden);
  const kinds = new Set<string>(allowed.needs);
  const missing = verdict.needs.filter(({ kind, state }) => state === "missing" && kinds.has(kind));
  const isRoot = verdict.uid === 0;
  const checks: Check[] = [
    {
      name: "starts",
      passed: verdict.verdict !== "fails",
      found: verdict.verdict,
      allowed: "starts",
      details: verdict.obstacle === undefined ? [] : [verdict.obstacle.reason],
    },
    {
      name: "waste",
      passed: waste <= allowed.waste,
      found: waste,
      allowed: allowed.waste,
      details: [],
    },
    {
      name: "paths",
      passed: paths.length === 0,
      found: paths.length,
      allowed: 0,
      details: paths.slice(0, shownPaths),
    },
    {
      name: "needs",
      passed: missing.length === 0,
      found: missing.length,
      allowed: 0,
      details: missing.map(({ reason }) => reason),
    },
  ];
  if (allowed.size !== undefined)
    checks.push({
      name: "size",
      passed: summary.bytes <= allowed.size,
      found: summary.bytes,
      allowed: allowed.size,
      details: [],
    });
  if (!allowed.allowRoot)
    checks.push({
      name: "user",
      passed: !isRoot,
      found: isRoot ? "root" : String(verdict.uid),
      allowed: "not root",
      details: [],
    });
  return checks;
}

/** In whatever layer: what a later one removes is pulled with the image all the same. */
function forbiddenPaths({ layers, fs }: Image, patterns: readonly string[]): string[] {
  const found: string[] = [];
  const isForbidden = pathMatcher(patterns);
  for (const [index, { entries }] of layers.entries()) {
    for (const { name, type } of entries) {
      if (type === "directory" || !isForbidden(`/${name}`)) continue;
      const shown = lookup(fs, `/${name}`);
      const hidden = shown.ok && shown.node.layer === index ? "" : ", hidden by a later layer and there all the same";
      found.push(`/${name} in layer ${index + 1}${hidden}`);
    }
  }
  return found;
}
