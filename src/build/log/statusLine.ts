// The progress of a part of a step: `transferring context: 12.5MB 0.3s done`, `sha256:… 12.58MB / 222.55MB 1.1s`,
// `extracting sha256:… 2.0s done` (printer.go of BuildKit, printVtx).

export interface StatusLine {
  /** What makes progress: `transferring context:`, `sha256:…`, `exporting layers`. */
  readonly id: string;
  /** Bytes; undefined where the line tells none. */
  readonly current: number | undefined;
  readonly total: number | undefined;
  readonly seconds: number | undefined;
  readonly done: boolean;
}

/** Read from its end, for the id may be any text. */
export function parseStatus(text: string): StatusLine {
  const words = text.split(" ");
  const done = words.length > 1 && words.at(-1) === "done";
  if (done) words.pop();
  const seconds = words.length > 1 ? /^(\d+\.\d)s$/.exec(words.at(-1) ?? "")?.[1] : undefined;
  if (seconds !== undefined) words.pop();
  const last = words.length > 1 ? parseBytes(words.at(-1) ?? "") : undefined;
  if (last === undefined)
    return { id: words.join(" "), current: undefined, total: undefined, seconds: orNumber(seconds), done };
  words.pop();
  const before = words.length > 2 && words.at(-1) === "/" ? parseBytes(words.at(-2) ?? "") : undefined;
  if (before !== undefined) words.splice(-2);
  const [current, total] = before === undefined ? [last, undefined] : [before, last];
  return { id: words.join(" "), current, total, seconds: orNumber(seconds), done };
}

function orNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** `12.58MB` as BuildKit prints it: decimal units. undefined: no size. */
function parseBytes(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)([kKMGTPE]?)(?:i?)B$/.exec(text) ?? [];
  return number === undefined
    ? undefined
    : Math.round(Number(number) * 1000 ** " kMGTPE".indexOf(unit === "" ? " " : unit.replace("K", "k")));
}

/** Whether these bytes came over a wire: from the client, or from a registry. What is unpacked has come before. */
export function isTransfer(id: string): boolean {
  return /^(transferring |sha256:[0-9a-f]{64}$|downloading |https?:)/.test(id);
}
