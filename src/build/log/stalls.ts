// The steps that took longest, and what to do about each. Three stalls are so usual that they have names: dependencies
// installed anew, a base image pulled, a large context or COPY.

import type { BuildLog, Step } from "./buildLog.ts";
import type { CacheVerdict } from "./cacheVerdict.ts";
import { formatBytes } from "./format.ts";

export interface Stall {
  readonly step: number;
  readonly kind:
    | "dependencies"
    | "base-pull"
    | "context"
    | "copy"
    | "compile"
    | "tests"
    | "export"
    | "registry"
    | "other";
  /** What it spent its time with. */
  readonly what: string;
  readonly advice: string;
}

const shown = 3;
/** Shorter ones are not worth a person's time. Seconds. */
const worthIt = 0.5;

/** The three that took longest, longest first. */
export function stalls(log: BuildLog, verdicts: readonly CacheVerdict[]): readonly Stall[] {
  return log.steps
    .filter(({ seconds, state }) => state !== "cached" && (seconds ?? 0) >= worthIt)
    .toSorted((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0))
    .slice(0, shown)
    .map((step) => ({ step: step.id, ...explain(step, log, verdicts[step.id - 1]) }));
}

type Explanation = Omit<Stall, "step">;

function explain(step: Step, log: BuildLog, verdict: CacheVerdict | undefined): Explanation {
  switch (step.kind) {
    case "from":
      return pull(step);
    case "metadata":
      return {
        kind: "registry",
        what: "asking a registry what a base image's tag stands for",
        advice:
          "pin the base by digest (FROM image:tag@sha256:…), or use a mirror nearby: the registry is slow, or far away",
      };
    case "context":
      return {
        kind: "context",
        what: `sending the build context, ${formatBytes(step.transferred)}`,
        advice:
          "keep out of it what the build does not read: .git, node_modules, binaries, test data belong into .dockerignore",
      };
    case "copy":
    case "add":
      return copy(step, log);
    case "export":
      return exporting(step);
    case "run":
      return emulation(step, log) ?? run(step, log, verdict);
    default:
      return { kind: "other", what: "the builder's own work", advice: "nothing is known to make such a step faster" };
  }
}

function pull(step: Step): Explanation {
  const size = step.transferred > 0 ? `, ${formatBytes(step.transferred)}` : "";
  return {
    kind: "base-pull",
    what: `pulling and unpacking a base image${size}`,
    advice:
      "a smaller base (…-alpine, …-slim), a registry mirror nearby, or a builder that keeps its images between jobs",
  };
}

function copy(step: Step, log: BuildLog): Explanation {
  const context = log.steps.find(({ kind, id }) => kind === "context" && step.after.includes(id));
  const size =
    context === undefined || context.transferred === 0
      ? ""
      : ` (the context had ${formatBytes(context.transferred)} new)`;
  const fromStage = / --from=(\S+)/.exec(step.instruction)?.[1];
  return {
    kind: "copy",
    what: `copying many or large files${size}`,
    advice:
      fromStage === undefined
        ? "name what is needed instead of copying everything, and let .dockerignore leave out the rest"
        : `copy the finished program from ${fromStage}, not the folder it was built in`,
  };
}

function exporting(step: Step): Explanation {
  const pushes = /push/.test(step.instruction) || step.activity?.startsWith("push") === true;
  return {
    kind: "export",
    what: pushes ? "writing the image and pushing it" : "writing the image's layers",
    advice: "make the last stage small: copy the program alone into a slim base, so that layers are few and shared",
  };
}

/** The same instruction took several times as long on another platform: it was emulated. */
function emulation(step: Step, { steps }: BuildLog): Explanation | undefined {
  if (step.platform === undefined || step.platform.includes("->")) return undefined;
  const sibling = steps.find(
    ({ platform, stage, index, seconds }) =>
      platform !== undefined &&
      platform !== step.platform &&
      stage === step.stage &&
      index === step.index &&
      (seconds ?? 0) > 0.2,
  );
  const factor = (step.seconds ?? 0) / (sibling?.seconds ?? Infinity);
  if (sibling === undefined || factor < 3) return undefined;
  return {
    kind: "compile",
    what: `the same step took ${factor.toFixed(0)} times as long for ${step.platform} as for ${sibling.platform}: it was emulated`,
    advice: "compile across instead: FROM --platform=$BUILDPLATFORM …, and GOOS=$TARGETOS GOARCH=$TARGETARCH go build",
  };
}

function run(step: Step, log: BuildLog, verdict: CacheVerdict | undefined): Explanation {
  const text = step.instruction;
  const goDownloads = step.goDownloads >= 3;
  if (
    /\bgo\s+mod\s+(?:download|tidy|vendor)\b/.test(text) ||
    (goDownloads && !/\bgo\s+(?:build|test|install)\b/.test(text))
  ) {
    return { kind: "dependencies", what: `downloading Go modules${count(step)}`, advice: goAdvice(text, log, verdict) };
  }
  const installer = installers.find(({ pattern }) => pattern.test(text));
  if (installer !== undefined) {
    return { kind: "dependencies", what: installer.what, advice: `${whyAgain(log, verdict)}${installer.advice}` };
  }
  if (/\bgo\s+(?:build|install|test|vet|generate)\b/.test(text)) {
    if (goDownloads) {
      return {
        kind: "dependencies",
        what: `downloading Go modules${count(step)} while compiling`,
        advice: `download them in a layer of their own before the sources are copied: COPY go.mod go.sum ./ and RUN go mod download. ${goAdvice(text, log, verdict)}`,
      };
    }
    const tests = /\bgo\s+test\b/.test(text);
    return {
      kind: tests ? "tests" : "compile",
      what: tests ? "running tests" : "compiling",
      advice: compileAdvice(text),
    };
  }
  return {
    kind: "other",
    what: "running a command",
    advice:
      verdict?.kind === "first"
        ? "the cache keeps it from now on, as long as nothing that stands before it changes"
        : `${whyAgain(log, verdict)}let it stand before what changes often, if it doesn't need that`,
  };
}

const installers: readonly { pattern: RegExp; what: string; advice: string }[] = [
  {
    pattern: /\b(?:npm\s+(?:ci|i|install)|yarn(?:\s+install)?(?:\s|$)|pnpm\s+(?:i|install))\b/,
    what: "installing Node packages",
    advice:
      "copy package.json and the lock file alone before the sources, install there, with --mount=type=cache,target=/root/.npm",
  },
  {
    pattern: /\b(?:pip3?|uv\s+pip)\s+install\b/,
    what: "installing Python packages",
    advice:
      "copy requirements.txt alone before the sources, install there, with --mount=type=cache,target=/root/.cache/pip",
  },
  {
    pattern: /\b(?:apt-get|apt|apk|dnf|yum|microdnf)\b.*\b(?:install|add|update)\b/s,
    what: "installing system packages",
    advice:
      "put it before everything that changes, install only what the build needs, or take a base image that has it",
  },
];

function count({ goDownloads }: Step): string {
  return goDownloads > 0 ? ` (${goDownloads} of them)` : "";
}

/** An install that ran although its lock file may be the same: what made it so. */
function whyAgain({ steps }: BuildLog, verdict: CacheVerdict | undefined): string {
  const root = verdict?.because === undefined ? undefined : steps[verdict.because - 1];
  if (root === undefined || !/^(?:COPY|ADD)\b.*\s\.\/?\s/i.test(`${root.instruction} `)) return "";
  return `${root.instruction.slice(0, 60)} stands before it, so every changed file repeats it: `;
}

function goAdvice(text: string, log: BuildLog, verdict: CacheVerdict | undefined): string {
  const again = whyAgain(log, verdict);
  const order = again === "" ? "" : `${again}copy go.mod and go.sum alone first; `;
  const hasMount = /--mount=type=cache\S*(?:\/pkg\/mod|GOMODCACHE)/.test(text);
  const mount = hasMount ? "" : "keep them between builds with --mount=type=cache,target=/go/pkg/mod; ";
  return `${order}${mount}fairlead build and fairlead up give the build a module cache nearby`;
}

function compileAdvice(text: string): string {
  return /--mount=type=cache\S*(?:go-build|GOCACHE)/.test(text)
    ? "the compiler's cache is mounted, so only what changed is compiled: the next build is faster, if the builder keeps its mounts"
    : "keep compiled packages between builds: RUN --mount=type=cache,target=/root/.cache/go-build go build …";
}
