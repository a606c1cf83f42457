/** What a program needs of its image once it runs, beyond what lets it start. */
export interface Need {
  readonly kind: NeedKind;
  /** `depends`: a mount, a variable, the engine's settings or the program's own decision settle it. */
  readonly state: "met" | "missing" | "depends";
  /** What needs it: a program's path, or the setting that asks for it. */
  readonly by: string;
  /** One sentence: what it does, and what is there or is not. */
  readonly reason: string;
  /** What a Go program says without it; undefined where nothing is said, or it is met. */
  readonly error: string | undefined;
  /** What to do, the smallest change first. */
  readonly fixes: readonly string[];
}

export type NeedKind =
  | "certificates"
  | "time-zones"
  | "user-entry"
  | "temporary-files"
  | "volumes"
  | "ports"
  | "host-names";
