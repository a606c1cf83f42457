// Commands of other package tools that `fairlead run` serves with a mirror of their own.

import { basename } from "node:path";
import type { Settings } from "../config/settings.ts";
import { type ForwardedTool, startForwarder } from "../gateway/forward/forwarder.ts";
import type { Watcher } from "../gateway/worker.ts";
import { noCredentials } from "../repo/mirrors/credentials.ts";
import { lockedTarballs } from "../repo/mirrors/npmLock.ts";
import { npmTool } from "../repo/mirrors/npmTool.ts";
import { pipTool } from "../repo/mirrors/pipTool.ts";
import { ToolError, type ToolSetting } from "../repo/mirrors/toolSetting.ts";
import { CommandError, exitCode } from "./exitCode.ts";

/** The tool that a command is; undefined for any other. */
export function forwardedTool([program, ...args]: readonly [string, ...string[]]): ForwardedTool | undefined {
  const name = basename(program);
  if (name === "npm" || name === "npx") return "npm";
  if (/^pip[\d.]*$/.test(name)) return "pip";
  return /^python[\d.]*$/.test(name) && args[0] === "-m" && args[1] === "pip" ? "pip" : undefined;
}

export interface Forwarding {
  /** What makes the command come to us. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Mirrors what the tool is set to, then what fairlead.yaml names. Throws CommandError. */
export async function startForwarding(tool: ForwardedTool, settings: Settings, watcher: Watcher): Promise<Forwarding> {
  const own = await setting(tool);
  const registries = [...new Set([...(own?.urls ?? []), ...settings.mirrors[tool]].map(bare))];
  if (registries.length === 0)
    throw new CommandError(`${tool} names no registry, and neither does fairlead.yaml (mirrors.${tool})`);
  const { timeouts, retries } = settings.gateway;
  const times = { connectMs: timeouts.connect, firstByteMs: timeouts.firstByte, stallMs: timeouts.stall, retries };
  const forwarder = await startForwarder(
    {
      tool,
      registries,
      credentials: own?.credentials ?? noCredentials,
      scopes: own?.scopes ?? new Map(),
      locked: tool === "npm" ? await lockedTarballs(process.cwd()) : [],
      times,
    },
    watcher,
  );
  const { url } = forwarder;
  // A lock file and documents name a registry for each file: npm then comes to us all the same.
  const npm = { npm_config_registry: `${url}/`, npm_config_replace_registry_host: "always", npm_config_audit: "false" };
  // pip tries again by itself, which would only repeat what has been tried.
  const pip = { PIP_INDEX_URL: url, PIP_RETRIES: "0" };
  return { env: tool === "npm" ? npm : pip, stop: () => forwarder.stop() };
}

async function setting(tool: ForwardedTool): Promise<ToolSetting | undefined> {
  try {
    return await (tool === "npm" ? npmTool : pipTool)(process.env).current();
  } catch (error) {
    if (error instanceof ToolError) throw new CommandError(error.message, exitCode.outside, { cause: error });
    throw error;
  }
}

function bare(url: string): string {
  return url.replace(/\/+$/, "");
}
