// What a pipeline is made of: the jobs of `pipeline:` in fairlead.yaml, or those of the default pipeline, which know why
// they are there.

import type { JobSettings, PipelineEvent } from "../../config/pipelineSettings.ts";

/**
 * What makes a pipeline run: a push to a branch, one to a merge request (GitHub: pull request), one to the default branch
 * (a merge, as a rule), or a tag.
 */
export const pipelineEvents: readonly PipelineEvent[] = ["commit", "merge-request", "merge", "tag"];

export interface Job extends JobSettings {
  readonly name: string;
  /** Why it is there, a sentence for people; undefined for jobs that somebody wrote. */
  readonly purpose: string | undefined;
  /** The image a CI gives it that has none of its own, because CI machines come without the tools a host has. */
  readonly ciImage: string | undefined;
}

/** A checked definition: every need exists, nothing goes in circles. */
export interface Pipeline {
  /** In an order in which they could run one after the other: needs first, else as they were written. */
  readonly jobs: readonly Job[];
  /** "fairlead.yaml" or "default": where the jobs come from. */
  readonly origin: "fairlead.yaml" | "default";
  /** Jobs of the default pipeline that this repository gives no reason for. */
  readonly absent: readonly AbsentJob[];
}

export interface AbsentJob {
  readonly name: string;
  readonly because: string;
}
