// What the network says of this machine's setup: whether required modules come through, and whether the tokens of package
// registries are taken.

import { parseNetrc } from "./netrc.ts";
import { parseModulePath } from "../gomod/path.ts";
import { ModuleError } from "../gomod/error.ts";
import type { GoProject } from "./goProject.ts";
import type { GoHost } from "./goHost.ts";
import { type Ask, NoAnswerError } from "./httpAsk.ts";
import type { Machine } from "./machine.ts";
import { npmCredentials } from "./mirrors/credentials.ts";
import { npmScopes } from "./mirrors/npmrc.ts";
import { moduleRoute } from "./moduleRoute.ts";
import { probeRoute } from "./probe.ts";

export interface MachineProbes {
  /** Modules that can't be had. */
  readonly modules: readonly { readonly path: string; readonly version: string; readonly said: string }[];
  /** Registries that refuse the credentials which are here for them. */
  readonly tokens: readonly { readonly scope: string; readonly registry: string; readonly said: string }[];
}

/** One module of each host is enough to know whether it answers. */
const mostModules = 8;

export async function probeMachine(
  machine: Machine,
  go: GoProject | undefined,
  packageFiles: readonly string[],
  npmrcs: readonly string[],
  { host, ask }: { readonly host: GoHost; readonly ask: Ask },
): Promise<MachineProbes> {
  const netrc = machine.netrc === undefined ? [] : parseNetrc((await host.readText(machine.netrc.file)) ?? "");
  const [modules, tokens] = await Promise.all([
    Promise.all(modulesToAsk(go).map((each) => probeModule(each, machine, ask, netrc))),
    Promise.all(scopesOf(packageFiles).map((name) => probeToken(name, npmrcs, host, ask))),
  ]);
  return { modules: modules.flat(), tokens: tokens.flat() };
}

function modulesToAsk(go: GoProject | undefined): readonly { readonly path: string; readonly version: string }[] {
  const byHost = new Map<string, { readonly path: string; readonly version: string }>();
  for (const { requires, replaces } of go?.modules ?? [])
    for (const { path, version } of requires) {
      const host = path.split("/")[0] ?? "";
      if (!byHost.has(host) && !replaces.some((each) => each.path === path)) byHost.set(host, { path, version });
    }
  return [...byHost.values()].slice(0, mostModules);
}

async function probeModule(
  { path, version }: { readonly path: string; readonly version: string },
  machine: Machine,
  ask: Ask,
  netrc: ReturnType<typeof parseNetrc>,
): Promise<MachineProbes["modules"]> {
  try {
    const route = moduleRoute(parseModulePath(path), version, machine.go.variable);
    const { result, hops } = await probeRoute(route, { ask, netrc });
    if (result !== "fails") return [];
    const last = hops.findLast(({ next }) => next !== "unreached");
    const answer = last?.status === undefined ? (last?.lines[0] ?? "no source is left") : String(last.status);
    return [
      {
        path,
        version,
        said: `${last?.hop.kind === "proxy" ? "the last proxy" : (last?.hop.kind ?? "GOPROXY")} says ${answer}`,
      },
    ];
  } catch (error) {
    if (error instanceof ModuleError) return [];
    throw error;
  }
}

/** The scopes whose packages are needed, each with one of them. */
function scopesOf(packageFiles: readonly string[]): readonly string[] {
  const names = packageFiles.flatMap((text) =>
    [...text.matchAll(/"(@[\w.-]+\/[\w.-]+)"\s*:/g)].map((match) => match[1] ?? ""),
  );
  const byScope = new Map(names.toReversed().map((name) => [name.slice(0, name.indexOf("/")), name] as const));
  return [...byScope.values()].slice(0, mostModules);
}

/** Asks for the package itself: whoami is not answered by every registry. */
async function probeToken(
  name: string,
  npmrcs: readonly string[],
  { environment }: GoHost,
  ask: Ask,
): Promise<MachineProbes["tokens"]> {
  const scope = name.slice(0, name.indexOf("/"));
  const registry = npmScopes(npmrcs, environment).get(scope);
  if (registry === undefined) return [];
  const authorization = npmCredentials(npmrcs, environment)(registry);
  const url = new URL(name.replace("/", "%2f"), registry);
  try {
    const { status } = await ask(url, authorization === undefined ? {} : { headers: { authorization } });
    const said =
      status === 401
        ? authorization === undefined
          ? `it wants credentials (401), and .npmrc has none for ${registry.host}`
          : "it refuses the token (401): it ran out, was revoked, or is another registry's. npm login --scope makes a new one"
        : status === 403
          ? `the token may not read ${name} (403): it was made with other rights`
          : status === 404
            ? `it has no ${name}, or hides it from this token (404)`
            : undefined;
    return said === undefined ? [] : [{ scope, registry: registry.host, said }];
  } catch (error) {
    if (error instanceof NoAnswerError)
      return [{ scope, registry: registry.host, said: `it does not answer: ${error.message}` }];
    throw error;
  }
}
