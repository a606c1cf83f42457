// What a run says of itself, as it happens: the live tree and the plain lines are made of it, and `--json` prints it, one
// a line. A field that goes changes `schemaVersion`.

import type { PipelineEvent } from "../../config/pipelineSettings.ts";
import type { Difference } from "../fingerprint/fingerprint.ts";

export type RunEvent = { /** ISO 8601. */ readonly at: string } & RunStep;

export type RunStep =
  | {
      readonly type: "run-started";
      readonly run: string;
      readonly event: PipelineEvent;
      /** What the files are, by content; null where that can't be told, and then nothing can be taken over. */
      readonly revision: string | null;
      /** Goes on with a run that ended early. */
      readonly resumed: boolean;
      readonly folder: string;
      readonly jobs: readonly { readonly name: string; readonly needs: readonly string[] }[];
    }
  | { readonly type: "job-started"; readonly job: string; readonly attempt: number; readonly log: string }
  /** It had succeeded before with the same definition, surroundings and files. */
  | { readonly type: "job-reused"; readonly job: string; readonly run: string }
  | { readonly type: "job-output"; readonly job: string; readonly text: string }
  | {
      readonly type: "job-fingerprint";
      readonly job: string;
      readonly digest: string;
      /** When the last good run of this job was; null: there was none. */
      readonly lastGood: string | null;
      readonly differences: readonly Difference[];
    }
  | { readonly type: "job-waiting"; readonly job: string; readonly environment: string | null; readonly how: string }
  | { readonly type: "job-retried"; readonly job: string; readonly attempt: number; readonly reason: string }
  | {
      readonly type: "job-ended";
      readonly job: string;
      readonly end: "succeeded" | "failed" | "cancelled";
      readonly attempts: number;
      readonly milliseconds: number;
      /** Why it failed: "exit status 2", "it took more than 30m". */
      readonly reason: string | null;
      readonly artifacts: number;
    }
  /** Something that it depends on failed (`stoppedBy`), or the run was cancelled (null). */
  | { readonly type: "job-skipped"; readonly job: string; readonly stoppedBy: string | null }
  | {
      readonly type: "run-ended";
      readonly run: string;
      readonly end: "succeeded" | "failed" | "cancelled";
      readonly milliseconds: number;
      readonly failed: readonly string[];
      /** Files that were not declared as artefacts changed meanwhile: nothing of this run can be taken over. */
      readonly treeChanged: boolean;
    };

export type OnRunEvent = (event: RunEvent) => void;
