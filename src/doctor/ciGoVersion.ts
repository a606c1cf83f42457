// Which Go a job runs with, as far as its files say.

import { readBaseImage } from "../repo/dockerfile/baseImage.ts";
import type { CiJob } from "../repo/ci/ciFile.ts";
import { nodeAt, type YamlScalar } from "../repo/ci/yamlTree.ts";

export interface CiGoVersion {
  readonly job: CiJob;
  /** `1.24`, `1.24.3`. */
  readonly version: string;
  /** Where it is written: of an image's tag, or of setup-go's input. */
  readonly scalar: YamlScalar;
  readonly by: "image" | "setup-go";
}

export function goVersionsOf(job: CiJob): readonly CiGoVersion[] {
  const image = job.image === undefined ? undefined : readBaseImage(job.image.text);
  const setups = job.steps.flatMap(({ uses, with: inputs }) => {
    const scalar = uses?.text.startsWith("actions/setup-go@") === true ? nodeAt(inputs, "go-version") : undefined;
    return scalar?.kind === "scalar" ? [scalar] : [];
  });
  return [
    ...(job.image !== undefined && image?.goVersion !== undefined
      ? [{ job, version: image.goVersion, scalar: job.image, by: "image" as const }]
      : []),
    ...setups.flatMap((scalar) => {
      // `1.22`, `1.22.x`; `^1.22`, `>=1.22` and `stable` leave it open.
      const version = /^[v~]?(\d+\.\d+(?:\.\d+)?)(?:\.x)?$/.exec(scalar.text)?.[1];
      return version === undefined ? [] : [{ job, version, scalar, by: "setup-go" as const }];
    }),
  ];
}
