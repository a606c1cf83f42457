// Where a package tool gets its packages from, as the tool itself says, and how it is told another place. Nothing is known
// here of any registry: a default is what the tool names.

import type { Credentials } from "./credentials.ts";

export type ToolName = "go" | "npm" | "pip";
export const toolNames: readonly ToolName[] = ["go", "npm", "pip"];

/** A tool's setting now. */
export interface ToolSetting {
  /** `GOPROXY`, `registry`, `global.index-url`. */
  readonly name: string;
  /** As it is written; "" where the tool names none. */
  readonly value: string;
  /** Where it was set, for people. */
  readonly origin: string;
  /** What the user's own settings hold, which is what is written; undefined where they hold nothing. */
  readonly own: string | undefined;
  /** Why what is written would not count; undefined where it would. */
  readonly overruled: string | undefined;
  /** The addresses in it that can be asked. */
  readonly urls: readonly string[];
  /** What the tool would show its registries to be let in. */
  readonly credentials: Credentials;
  /** Registries of single scopes, npm's `@team`. Folders' addresses. */
  readonly scopes: ReadonlyMap<string, URL>;
}

/** A tool of this machine. */
export interface Tool {
  readonly name: ToolName;
  /** undefined: the tool is not here. Throws ToolError. */
  readonly current: () => Promise<ToolSetting | undefined>;
  /** The small real request that shows whether a source serves. */
  readonly probePath: string;
  /** Whether an answer's beginning is what the tool would take; the text says why not. */
  readonly judge: (text: string, contentType: string) => string | undefined;
  /** What the setting would be with `url` in front. */
  readonly withFirst: (setting: ToolSetting, url: string) => string;
  /** Tells the tool, its own way: the command that was run. undefined takes the setting away. Throws ToolError. */
  readonly write: (value: string | undefined) => Promise<string>;
}

/** A tool did not do what it was told. */
export class ToolError extends Error {
  override readonly name = "ToolError";
}
