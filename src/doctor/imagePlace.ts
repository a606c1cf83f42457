// The place of what is wrong with an image.

import { lineage } from "../repo/dockerfile/dockerfile.ts";
import type { Facts } from "./facts.ts";
import { imageFile, type Problem } from "./finding.ts";

/** Where what is wrong with the image is told: at the instruction that makes it so, if one Dockerfile is its source, else at the image. */
export function imagePlace(
  { dockerfiles, image }: Facts,
  keywords: readonly string[],
): Pick<Problem, "file" | "start" | "end"> {
  const [only, ...others] = dockerfiles;
  const stages = only?.last === undefined || others.length > 0 ? [] : lineage(only.last);
  const found = keywords
    .flatMap((keyword) =>
      stages.flatMap(({ instructions }) => instructions.filter((each) => each.keyword === keyword).slice(-1)),
    )
    .at(0);
  if (only === undefined || found === undefined) return { file: imageFile(image?.name ?? ""), start: 0, end: 0 };
  return { file: only.file, start: found.start, end: found.end };
}
