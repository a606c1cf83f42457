// A build while it runs: on a terminal the steps at work and what each of the others waits for, drawn anew; elsewhere a line
// when a step begins to matter, and when it ends.

import { styleText } from "node:util";
import type { BuildLog, Step } from "../../build/log/buildLog.ts";
import { formatBytes, formatSeconds } from "../../build/log/format.ts";
import { shortName, withoutMounts } from "../../build/log/stepName.ts";
import { LiveArea, type Terminal } from "./liveArea.ts";

export interface BuildProgress {
  update(log: BuildLog): void;
  /** Takes away what is drawn. */
  end(): void;
}

/** How a line becomes a line: with the command's name in front, as all of Fairlead's progress. */
type Write = (line: string) => void;

export function liveProgress(terminal: Terminal): BuildProgress {
  const area = new LiveArea(terminal);
  return {
    update: (log) => area.show(liveLines(log)),
    end: () => area.clear(),
  };
}

const shownRunning = 8;
const shownWaiting = 4;

function liveLines(log: BuildLog): readonly string[] {
  const ended = log.steps.filter(({ state }) => state === "done" || state === "cached").length;
  const running = log.steps.filter(({ state }) => state === "running");
  const head = styleText("bold", `${formatSeconds(log.seconds)}, ${ended} of ${expectedSteps(log)} steps`);
  const lines = running.slice(0, shownRunning).map((step) => {
    const doing = step.transferred > 0 ? transferText(step) : (step.activity ?? "");
    const text = `  ${nameOf(step)}  ${formatSeconds(step.seconds ?? 0)}`;
    return doing === "" ? text : `${text}  ${styleText("dim", doing)}`;
  });
  const waiting = waitingLines(log).slice(0, shownWaiting);
  return [head, ...lines, ...waiting.map((line) => styleText("dim", `  ${line}`))];
}

/** Plain logs tell a step when it begins, and by its place (3/7) how many there are in its stage. */
function expectedSteps({ steps }: BuildLog): number {
  const stages = new Map<string, number>();
  for (const { stage, platform, service, index, count } of steps) {
    const key = JSON.stringify([service, platform, stage]);
    if (index !== undefined) stages.set(key, Math.max(count ?? 0, stages.get(key) ?? 0));
  }
  const numbered = steps.filter(({ index }) => index !== undefined).length;
  const counted = [...stages.values()].reduce((sum, count) => sum + count, 0);
  return steps.length - numbered + Math.max(numbered, counted);
}

function waitingLines(log: BuildLog): string[] {
  const open = (id: number): Step | undefined => {
    const step = log.steps[id - 1];
    return step === undefined || step.state === "done" || step.state === "cached" ? undefined : step;
  };
  const told = log.steps
    .filter(({ state }) => state === "waiting")
    .flatMap((step) => {
      const needs = step.after.flatMap((id) => open(id) ?? []);
      return needs.length === 0 ? [] : [`${shortName(step)} waits for ${needs.map(shortName).slice(0, 3).join(", ")}`];
    });
  return told.length > 0 ? told : silentStages(log);
}

/** In a plain log, a stage that has more to do and does nothing waits for what the others are at. */
function silentStages({ steps }: BuildLog): string[] {
  const running = steps.filter(({ state, index }) => state === "running" && index !== undefined);
  if (running.length === 0) return [];
  const last = new Map<string, Step>();
  for (const step of steps) {
    const key = JSON.stringify([step.service, step.platform, step.stage]);
    if (step.index !== undefined && step.index >= (last.get(key)?.index ?? 0)) last.set(key, step);
  }
  return [...last.values()].flatMap((step) => {
    const left = (step.count ?? 0) - (step.index ?? 0);
    if (left <= 0 || step.state === "running") return [];
    const next = `${step.platform === undefined ? "" : `${step.platform} `}${step.stage ?? ""} ${(step.index ?? 0) + 1}/${step.count}`;
    return [`${next.trim()} waits, perhaps for ${running.map(shortName).slice(0, 3).join(", ")}`];
  });
}

function transferText({ transferred, expected }: Step): string {
  return expected > transferred ? `${formatBytes(transferred)} of ${formatBytes(expected)}` : formatBytes(transferred);
}

function nameOf(step: Step): string {
  const instruction = withoutMounts(step.instruction).replaceAll(/\s+/g, " ").slice(0, 70);
  return step.index === undefined ? instruction : `${shortName(step)} ${instruction}`;
}

const everyMs = 10_000;
/** Seconds. */
const worthALine = 1;

/** For a log file or a CI job: an instruction's end, other steps only where they took their time, and long ones meanwhile. */
export function plainProgress(write: Write, now: () => number = Date.now): BuildProgress {
  const told = new Set<number>();
  let lastAt = now();
  return {
    update(log) {
      for (const step of log.steps) {
        if (told.has(step.id) || step.state === "waiting" || step.state === "running") continue;
        told.add(step.id);
        const long = (step.seconds ?? 0) >= worthALine;
        if (step.index === undefined && !long) continue;
        write(`${nameOf(step)}: ${step.state === "done" ? formatSeconds(step.seconds ?? 0) : step.state}`);
        lastAt = now();
      }
      if (now() - lastAt < everyMs) return;
      lastAt = now();
      for (const step of log.steps.filter(({ state }) => state === "running").slice(0, 3)) {
        const doing = step.transferred > 0 ? transferText(step) : (step.activity ?? "");
        write(
          `${nameOf(step)}: still at it after ${formatSeconds(step.seconds ?? 0)}${doing === "" ? "" : ` (${doing.slice(0, 100)})`}`,
        );
      }
    },
    end: () => undefined,
  };
}
