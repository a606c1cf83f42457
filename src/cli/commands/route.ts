import { homedir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { ModuleError, parseModulePath } from "../../gomod/module.ts";
import type { ModulePath } from "../../gomod/path.ts";
import { goVariableNames, readGoEnvironment } from "../../repo/goEnvironment.ts";
import { type GoHost, localHost } from "../../repo/goHost.ts";
import type { GoSettings } from "../../repo/goSettings.ts";
import { httpAsk } from "../../repo/httpAsk.ts";
import { type ModuleRoute, moduleRoute } from "../../repo/moduleRoute.ts";
import { parseNetrc } from "../../repo/netrc.ts";
import { type Probe, probeRoute } from "../../repo/probe.ts";
import { probeAdvice } from "../../repo/probeAdvice.ts";
import { routeWarnings } from "../../repo/routeWarnings.ts";
import { CommandError, exitCode } from "../exitCode.ts";
import { addFormatOptions, printJson } from "../print/format.ts";
import { formatRoute, type RouteReport } from "../print/route.ts";
import { routeJson } from "../print/routeJson.ts";

const examples = `
Examples:
  fairlead route git.corp.example/team/lib
  fairlead route golang.org/x/text@v0.30.0 --probe
  GOPRIVATE='*.corp.example' fairlead route git.corp.example/team/lib
  fairlead route golang.org/x/text --json

No Go toolchain is needed: its settings are read where it keeps them.

Exit status: 0 the way is shown; 2 that is no module path; 3 with --probe, no
source gives the module.`;

export function command(): Command {
  const route = new Command("fairlead route")
    .description("Say which way the go command here takes a module, and which setting makes it so.")
    .argument("<module[@version]>", "a module path, perhaps with a version or a query such as latest")
    .option("--probe", "really ask each source, and say what the go command would do next");
  return addFormatOptions(route).addHelpText("after", examples).action(run);
}

async function run(text: string, options: { readonly probe?: boolean; readonly format: string }): Promise<void> {
  const { path, version } = parseArgument(text);
  const host = localHost(process.env);
  const { variable } = await readGoEnvironment(host);
  const route = moduleRoute(path, version, variable);
  const probe = options.probe === true ? await ask(route, host, variable) : undefined;
  const report: RouteReport = {
    route,
    variables: goVariableNames.map(variable),
    warnings: routeWarnings(route, variable),
    probe,
    advice: (probe?.hops ?? []).map((each) => probeAdvice(each, route, variable)),
  };
  if (options.format === "json") printJson(routeJson(report));
  else process.stdout.write(formatRoute(report));
  if (probe?.result === "fails") process.exitCode = exitCode.outside;
}

function parseArgument(text: string): { path: ModulePath; version: string | undefined } {
  const at = text.indexOf("@");
  const path = at < 0 ? text : text.slice(0, at);
  const version = at < 0 ? undefined : text.slice(at + 1);
  if (version === "") throw new CommandError(`${text}: a version or a query is missing behind the @`);
  try {
    return { path: parseModulePath(path), version };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new CommandError(
      `${error.message}\n(a module path as it stands in go.mod: no scheme, no .git)`,
      exitCode.usage,
      {
        cause: error,
      },
    );
  }
}

async function ask(route: ModuleRoute, host: GoHost, settings: GoSettings): Promise<Probe> {
  const goauth = settings("GOAUTH").value;
  const usesNetrc = goauth === "" || goauth.split(";").some((each) => each.trim() === "netrc");
  const file = host.environment["NETRC"] || join(host.environment["HOME"] ?? homedir(), ".netrc");
  const netrc = usesNetrc ? parseNetrc((await host.readText(file)) ?? "") : [];
  return probeRoute(route, { ask: httpAsk({ connectMs: 5000, firstByteMs: 20_000 }), netrc });
}
