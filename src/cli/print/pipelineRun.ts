// A run as people read it: a tree that changes in place on a terminal, a line for each thing that happens elsewhere, and
// at the end what stopped the line.

import { styleText } from "node:util";
import { formatDuration } from "../../config/duration.ts";
import type { RunEvent } from "../../delivery/pipeline/runEvent.ts";
import { formatDifference } from "../../delivery/fingerprint/fingerprint.ts";

type State = "waits" | "runs" | "asks" | "reused" | "succeeded" | "failed" | "cancelled" | "stopped";

interface JobView {
  readonly depth: number;
  state: State;
  note: string;
  /** performance.now() */
  since: number;
  milliseconds: number | undefined;
  log: string;
  readonly tail: string[];
  readonly surroundings: string[];
}

/** All that is known of a run, kept up with its events. */
export class RunView {
  readonly jobs: Map<string, JobView> = new Map<string, JobView>();
  folder = "";
  ended: (RunEvent & { type: "run-ended" }) | undefined;

  /** Takes an event in; resolves to the line that tells of it where there is no tree, if it deserves one. */
  take(event: RunEvent): string | undefined {
    if (event.type === "run-started") return this.#begin(event);
    if (event.type === "run-ended") {
      this.ended = event;
      return undefined;
    }
    const job = this.jobs.get(event.job);
    if (job === undefined) return undefined;
    const set = (state: State, note: string): void => {
      job.state = state;
      job.note = note;
    };
    switch (event.type) {
      case "job-started":
        set("runs", "");
        job.since = performance.now();
        job.log = event.log;
        return `${event.job}: started`;
      case "job-reused":
        set("reused", "succeeded before, with the same files and surroundings");
        return `${event.job}: ${job.note}`;
      case "job-output":
        if (!event.text.startsWith("-- ")) job.tail.push(event.text);
        if (job.tail.length > 12) job.tail.shift();
        return undefined;
      case "job-fingerprint":
        job.surroundings.push(...event.differences.map(formatDifference));
        return undefined;
      case "job-waiting":
        set("asks", event.how);
        return `${event.job}: ${event.how}`;
      case "job-retried":
        set("runs", `attempt ${event.attempt}, after ${event.reason}`);
        return `${event.job}: ${event.reason}; attempt ${event.attempt}`;
      case "job-skipped":
        set(
          event.stoppedBy === null ? "cancelled" : "stopped",
          event.stoppedBy === null ? "" : `stopped by ${event.stoppedBy}`,
        );
        return `${event.job}: ${event.stoppedBy === null ? "cancelled" : `not run: ${event.stoppedBy} failed`}`;
      case "job-ended": {
        set(event.end, event.reason ?? "");
        job.milliseconds = event.milliseconds;
        const tries = event.attempts > 1 ? ` (attempt ${event.attempts})` : "";
        return `${event.job}: ${event.end} in ${seconds(event.milliseconds)}${tries}${event.reason === null ? "" : `: ${firstLine(event.reason)}`}`;
      }
    }
  }

  #begin(event: RunEvent & { type: "run-started" }): string {
    this.folder = event.folder;
    const depths = new Map<string, number>();
    for (const { name, needs } of event.jobs) {
      const depth = Math.max(-1, ...needs.map((need) => depths.get(need) ?? 0)) + 1;
      depths.set(name, depth);
      this.jobs.set(name, {
        depth,
        state: "waits",
        note: needs.length === 0 ? "" : `after ${needs.join(", ")}`,
        since: 0,
        milliseconds: undefined,
        log: "",
        tail: [],
        surroundings: [],
      });
    }
    return event.resumed
      ? `run ${event.run}: goes on where it ended early`
      : `run ${event.run}: ${event.jobs.length} jobs on a ${event.event}`;
  }
}

const signs: Readonly<Record<State, string>> = {
  waits: styleText("dim", "·"),
  runs: styleText("cyan", "▶"),
  asks: styleText("yellow", "?"),
  reused: styleText("green", "="),
  succeeded: styleText("green", "✓"),
  failed: styleText("red", "✗"),
  cancelled: styleText("yellow", "-"),
  stopped: styleText("dim", "-"),
};

/** The tree, a line a job. `columns` is the terminal's width. */
export function formatTree(view: RunView, now: number, columns: number): string[] {
  const width = Math.max(0, ...[...view.jobs].map(([name, { depth }]) => name.length + 2 * depth));
  return [...view.jobs].map(([name, job]) => {
    const time =
      job.state === "runs" ? seconds(now - job.since) : job.milliseconds === undefined ? "" : seconds(job.milliseconds);
    const said = job.state === "runs" ? (job.note === "" ? (job.tail.at(-1) ?? "") : job.note) : firstLine(job.note);
    const head = `${" ".repeat(2 * job.depth)}${name}`.padEnd(width);
    const room = Math.max(0, columns - width - 14);
    // Whatever a job prints must not move the cursor.
    const note = said.replaceAll(/\p{Cc}/gu, " ").slice(0, room);
    return `${signs[job.state]} ${head} ${time.padStart(8)}  ${styleText("dim", note)}`;
  });
}

/** What is left to say at the end: which checks stopped the line, what they said, and the count. */
export function formatRunEnd(view: RunView): string {
  const { ended } = view;
  if (ended === undefined) return "";
  const parts = [...view.jobs].flatMap(([name, job]) => {
    if (job.state !== "failed") return [];
    const stopped = [...view.jobs].filter(([, { note }]) => note === `stopped by ${name}`).map(([other]) => other);
    return [
      [
        styleText("red", `${name} stopped the line: ${job.note}`),
        ...job.tail.map((line) => `  | ${line}`),
        ...(job.surroundings.length === 0
          ? []
          : ["  What is different since it last succeeded:", ...job.surroundings.map((line) => `    ${line}`)]),
        ...(stopped.length === 0 ? [] : [`  Not run because of it: ${stopped.join(", ")}`]),
        `  Whole log: ${job.log}`,
      ].join("\n"),
    ];
  });
  const counts = new Map<State, number>();
  for (const { state } of view.jobs.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
  const words = (["succeeded", "reused", "failed", "stopped", "cancelled"] as const).flatMap((state) => {
    const count = counts.get(state) ?? 0;
    return count === 0
      ? []
      : [`${count} ${state === "reused" ? "taken over" : state === "stopped" ? "not run" : state}`];
  });
  const total = `${words.join(", ")} in ${seconds(ended.milliseconds)}${ended.end === "cancelled" ? "; the same command goes on from here" : ""}`;
  const changed = ended.treeChanged
    ? [
        "Files changed during the run that are neither ignored by git nor declared as artifacts: nothing of it can be taken over.",
      ]
    : [];
  return `${[...parts, ...changed, total].join("\n\n")}\n`;
}

function seconds(milliseconds: number): string {
  return milliseconds < 60_000
    ? `${(milliseconds / 1000).toFixed(1)}s`
    : formatDuration(Math.round(milliseconds / 1000) * 1000);
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
