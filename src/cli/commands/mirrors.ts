import { Command } from "commander";
import { loadSettings } from "../../config/load.ts";
import type { Settings } from "../../config/settings.ts";
import { redactUrl } from "../../config/redact.ts";
import { httpAsk } from "../../repo/httpAsk.ts";
import { goTool } from "../../repo/mirrors/goTool.ts";
import { npmTool } from "../../repo/mirrors/npmTool.ts";
import { pipTool } from "../../repo/mirrors/pipTool.ts";
import { type MirrorProbe, probeMirrors, recommend } from "../../repo/mirrors/probeMirrors.ts";
import { type Tool, ToolError, type ToolName, toolNames, type ToolSetting } from "../../repo/mirrors/toolSetting.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { measuredUpstreams, release } from "../measuredUpstreams.ts";
import { originText } from "../print/goOrigin.ts";
import { printJson } from "../print/format.ts";
import { healthLines, probeLines } from "../print/mirrors.ts";
import { keepBefore, takeBefore } from "../undoMirrors.ts";

const examples = `
Examples:
  fairlead mirrors                what go, npm and pip use here, and whether it works
  fairlead mirrors npm            one of them
  fairlead mirrors --apply        set what is recommended, each the tool's own way
  fairlead mirrors go --undo      put back what was set before
  fairlead mirrors --release https://mirror.example   ask it again: it lied or was silent, and is well now

Asked are the sources that a tool is set to and those of fairlead.yaml (mirrors.go, mirrors.npm,
mirrors.pip), each by a small real request. No other is known here. Set is with go env -w,
npm config set and pip config set; what was there is kept for --undo.

Below that: how the gateway's own sources did, as it measured them.

Exit status: 0 all is well or was set, 1 a change is recommended or nothing works, 2 wrong usage, 3 a tool failed.`;

interface Options {
  readonly config?: string;
  readonly data?: string;
  readonly apply?: boolean;
  readonly undo?: boolean;
  readonly release?: string;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command("fairlead mirrors")
    .description("Say where go, npm and pip get packages from, whether that works, and set what does.")
    .argument("[tool...]", "go, npm, pip (default: all that are here)")
    .option("--apply", "set what is recommended")
    .option("--undo", "put back what was set before --apply")
    .option("--release <source>", "let the gateway ask a source again that it leaves alone")
    .option("--data <folder>", "the gateway's data folder (default ~/.local/share/fairlead)")
    .option("--config <file>", "configuration (default: fairlead.yaml here, if there is one)")
    .option("--json", "one JSON document instead of text")
    .addHelpText("after", examples)
    .action(async (names: string[], options: Options) => {
      try {
        await mirrors(names, options);
      } catch (error) {
        if (error instanceof ToolError) throw new CommandError(error.message, exitCode.outside, { cause: error });
        throw error;
      }
    });
}

interface Row {
  readonly tool: ToolName;
  readonly setting: ToolSetting;
  readonly probes: readonly MirrorProbe[];
  readonly recommended: string | undefined;
  readonly why: string;
  readonly done: string | undefined;
}

async function mirrors(names: readonly string[], options: Options): Promise<void> {
  const wanted = names.length === 0 ? toolNames : names.map(toolNamed);
  if (options.apply === true && options.undo === true) throw new CommandError("--apply or --undo, not both");
  const settings = load(options);
  const tools = allTools(process.env).filter(({ name }) => wanted.includes(name));
  const { release: source } = options;
  if (source !== undefined) {
    if (await release(settings.gateway.data, source)) console.log(`${redactUrl(source)} is asked again`);
    else throw new CommandError(`the gateway does not leave ${redactUrl(source)} alone`);
    return;
  }
  if (options.undo === true) return undo(tools, settings.gateway.data);

  const rows: Row[] = [];
  for (const tool of tools) {
    const setting = await tool.current();
    if (setting === undefined) {
      if (names.length > 0) throw new CommandError(`there is no ${tool.name} in PATH`, exitCode.outside);
      continue;
    }
    rows.push(await examine(tool, setting, settings, options.apply === true));
  }
  const upstreams = await measuredUpstreams(settings.gateway.data);
  if (options.json === true) {
    printJson({ tools: rows.map(redacted), upstreams });
  } else {
    for (const row of rows) console.log(probeLines(redacted(row)).join("\n"));
    if (upstreams.length > 0) console.log(healthLines(upstreams, Date.now()).join("\n"));
  }
  const isOpen = ({ recommended, done, probes }: Row): boolean =>
    done === undefined && (recommended !== undefined || !probes.some(({ works }) => works));
  if (rows.some(isOpen)) process.exitCode = exitCode.findings;
}

export function allTools(env: NodeJS.ProcessEnv): readonly Tool[] {
  return [goTool(env, originText), npmTool(env), pipTool(env)];
}

function toolNamed(name: string): ToolName {
  const found = toolNames.find((each) => each === name);
  if (found === undefined)
    throw new CommandError(`there is no tool "${name}" here; the tools are ${toolNames.join(", ")}`);
  return found;
}

function load({ config, data }: Options): Settings {
  const needs = ["gateway", "mirrors"];
  return loadSettings({ file: config, env: process.env, flags: { data }, cwd: process.cwd(), needs }).settings;
}

async function examine(tool: Tool, setting: ToolSetting, settings: Settings, apply: boolean): Promise<Row> {
  const named = [
    ...setting.urls.map((url) => ({ url, from: "set" })),
    ...settings.mirrors[tool.name].map((url) => ({ url, from: "fairlead.yaml" })),
  ];
  const bare = (url: string): string => url.replace(/\/+$/, "");
  const candidates = named.filter(({ url }, at) => named.findIndex((each) => bare(each.url) === bare(url)) === at);
  const { connect, firstByte } = settings.gateway.timeouts;
  const probes = await probeMirrors(tool, candidates, httpAsk({ connectMs: connect, firstByteMs: firstByte }));
  const { value, why } = recommend(tool, setting, probes);
  let done: string | undefined;
  if (apply && value !== undefined) {
    await keepBefore(settings.gateway.data, tool.name, setting.own ?? null);
    done = await tool.write(value);
  }
  return { tool: tool.name, setting, probes, recommended: value, why, done };
}

async function undo(tools: readonly Tool[], data: string): Promise<void> {
  for (const tool of tools) {
    const before = await takeBefore(data, tool.name);
    if (before === undefined) console.log(`${tool.name.padEnd(5)} nothing was set by fairlead mirrors`);
    else console.log(`${tool.name.padEnd(5)} ${redactUrl(await tool.write(before ?? undefined))}`);
  }
}

/** Addresses may hold a password. */
function redacted(row: Row): Row {
  const { setting, probes, recommended, done } = row;
  const maybe = (text: string | undefined): string | undefined => (text === undefined ? undefined : redactUrl(text));
  return {
    ...row,
    setting: {
      ...setting,
      value: redactUrl(setting.value),
      own: maybe(setting.own),
      urls: setting.urls.map(redactUrl),
    },
    probes: probes.map((probe) => ({ ...probe, url: redactUrl(probe.url), verdict: redactUrl(probe.verdict) })),
    recommended: maybe(recommended),
    done: maybe(done),
  };
}
