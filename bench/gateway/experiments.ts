import type { PathKind } from "./corpus.ts";
import type { Part } from "./options.ts";

export interface Experiment {
  readonly id: string;
  readonly part: Part;
  readonly title: string;
  readonly unit: "requests/s" | "bytes/s" | "s";
}

/** An experiment in which wrk loads a server. */
export interface LoadExperiment extends Experiment {
  readonly unit: "requests/s" | "bytes/s";
  readonly paths: PathKind;
  /** Only the first path of its kind, again and again. */
  readonly onePath: boolean;
  readonly connections: number;
}

const small = { part: "small", unit: "requests/s", onePath: false, connections: 32 } as const;
const zip = { part: "zip", unit: "bytes/s", onePath: true } as const;

export const loadExperiments: readonly LoadExperiment[] = [
  { ...small, id: "info", title: ".info, walking over many modules", paths: "info" },
  { ...small, id: "mod", title: ".mod, walking over many modules", paths: "mod" },
  { ...small, id: "list", title: "list, walking over many modules", paths: "list" },
  { ...small, id: "one-info", title: "one .info, again and again", paths: "info", onePath: true },
  { ...zip, id: "zip3", title: "a 3 MB zip", paths: "zip3", connections: 8 },
  { ...zip, id: "zip50", title: "a 50 MB zip", paths: "zip50", connections: 4 },
];

export const warm: Experiment = { id: "warm", part: "warm", title: "go mod download, everything cached", unit: "s" };
export const cold: Experiment = { id: "cold", part: "cold", title: "go mod download, nothing cached", unit: "s" };
export const coldSmall: Experiment = {
  id: "cold-small",
  part: "cold",
  title: "go mod download of a small project, nothing cached",
  unit: "s",
};

export const experiments: readonly Experiment[] = [...loadExperiments, warm, cold, coldSmall];

/** What bounds a download from below: no server at all. */
export const limits = { warm: "file://", cold: "straight to the upstream" } as const;

/** What Fairlead sets out to reach; reported, never a gate. Times are to be at most, rates at least, so many times the other's. */
export interface Aim {
  readonly experiments: readonly string[];
  readonly against: string;
  readonly ratio: number;
}

const files = ["info", "mod", "list", "one-info"];
const zips = ["zip3", "zip50"];

export const aims: readonly Aim[] = [
  { experiments: files, against: "nginx", ratio: 1 },
  { experiments: files, against: "Athens", ratio: 3 },
  { experiments: files, against: "goproxy", ratio: 1.5 },
  { experiments: zips, against: "nginx", ratio: 1 },
  { experiments: ["warm"], against: limits.warm, ratio: 1.1 },
  { experiments: ["cold", "cold-small"], against: limits.cold, ratio: 1.1 },
];
