import type { StepKind, StepName } from "./buildLog.ts";

/**
 * Reads a step's name: `[linux/amd64->arm64 builder  5/20] RUN go build`, `[5/20] COPY . .`, `[internal] load build
 * context`, `[shop builder 2/3] RUN …` (a compose service or bake target first), `exporting to image`.
 */
export function parseStepName(name: string): StepName {
  const [, bracket, behind] = /^\[([^\]]*)\] ?(.*)$/s.exec(name) ?? [];
  const instruction = behind ?? name;
  const words = (bracket ?? "").split(/\s+/).filter((word) => word !== "");
  const position = /^(\d{1,6})\/(\d{1,6})$/.exec(words.at(-1) ?? "");
  const isInternal = words.at(-1) === "internal" || words.at(-1) === "auth";
  const named = position === null && !isInternal ? words : words.slice(0, -1);
  const platform = named.find((word) => platformWord.test(word));
  const others = named.filter((word) => word !== platform);
  // `[shop 2/3]` may be a service with one stage or a stage of that name: nothing in the log tells.
  const [first, second] = isInternal ? [others[0], undefined] : others.length > 1 ? others : [undefined, others[0]];
  return {
    name,
    service: first,
    stage: second,
    platform,
    index: position === null ? undefined : Number(position[1]),
    count: position === null ? undefined : Number(position[2]),
    instruction,
    kind: kindOf(instruction, isInternal, position !== null),
  };
}

const platformWord = /^[a-z0-9]+\/[a-z0-9_]+(\/v\d+)?(->[a-z0-9_/]+)?$/;

function kindOf(instruction: string, isInternal: boolean, isNumbered: boolean): StepKind {
  if (isInternal) {
    if (instruction.startsWith("load build context")) return "context";
    return instruction.startsWith("load metadata for") ? "metadata" : "internal";
  }
  const word = /^[A-Za-z]+/.exec(instruction)?.[0].toUpperCase();
  if (isNumbered || word === instruction.slice(0, word?.length)) {
    const kind = instructionKinds.get(word ?? "");
    if (kind !== undefined) return kind;
  }
  return /^(exporting|pushing|sending tarball|importing to|unpacking to|naming to|resolving provenance)/.test(
    instruction,
  )
    ? "export"
    : "other";
}

const instructionKinds: ReadonlyMap<string, StepKind> = new Map([
  ["FROM", "from"],
  ["RUN", "run"],
  ["COPY", "copy"],
  ["ADD", "add"],
  ["WORKDIR", "workdir"],
]);

/** `builder 5/9`, `linux/arm64 builder 5/9`, `load build context`: short, for "waits for". */
export function shortName({ service, stage, platform, index, count, instruction }: StepName): string {
  const words = [service, platform, stage, index === undefined ? undefined : `${index}/${count}`];
  const place = words.filter((word) => word !== undefined).join(" ");
  return index === undefined ? instruction.slice(0, 60) : place;
}

/** Mounts say where a cache lies; the command behind them says what the step does. */
export function withoutMounts(instruction: string): string {
  return instruction.replaceAll(/ --(?:mount|security|network)=\S+/g, "");
}
