import type { Place } from "./configError.ts";
import type { Setting } from "./setting.ts";
import { suggest } from "./suggest.ts";

/** A value that a single setting got from outside the file. */
export interface Override {
  readonly setting: Setting;
  readonly value: unknown;
  readonly place: Place;
}

/** Read by the wrapper, the tests and the command line itself: not settings. */
const otherVariables = ["FAIRLEAD_CONFIG", "FAIRLEAD_REQUIRE", "FAIRLEAD_LONG", "FAIRLEAD_SSH_CONFIG", "FAIRLEAD_USER"];

/** What the environment sets. An empty variable counts as unset, as it does for the go command. */
export function environmentOverrides(
  settings: readonly Setting[],
  env: NodeJS.ProcessEnv,
): { overrides: Override[]; warnings: string[] } {
  const overrides: Override[] = [];
  const warnings: string[] = [];
  for (const setting of settings) {
    const [winner, ...others] = setting.variables.filter((name) => (env[name] ?? "") !== "");
    if (winner === undefined) continue;
    overrides.push({ setting, value: env[winner], place: { kind: "environment", name: winner } });
    for (const other of others) {
      if (env[other] !== env[winner]) warnings.push(`${winner} and ${other} say different things: ${winner} counts`);
    }
  }
  return { overrides, warnings: [...warnings, ...unknownVariables(settings, env)] };
}

/** What flags set: commander's options by their attribute names. Options that are no settings are passed over. */
export function flagOverrides(settings: readonly Setting[], flags: Readonly<Record<string, unknown>>): Override[] {
  return settings.flatMap((setting) => {
    const { flag } = setting;
    const value = flag === undefined ? undefined : flags[flag];
    return flag === undefined || value === undefined ? [] : [{ setting, value, place: { kind: "flag", name: flag } }];
  });
}

function unknownVariables(settings: readonly Setting[], env: NodeJS.ProcessEnv): string[] {
  const derived = settings.flatMap(({ variables }) => variables.slice(0, 1));
  const aliases = settings.flatMap(({ variables }) => variables.slice(1));
  const known = new Set([...derived, ...aliases, ...otherVariables]);
  const unknown = Object.keys(env).filter((name) => name.startsWith("FAIRLEAD_") && !known.has(name));
  return unknown.sort().map((name) => {
    // FAIRLEAD_RETRIES was meant as FAIRLEAD_GATEWAY_RETRIES more often than as another short name.
    const ending = name.slice("FAIRLEAD".length);
    const meant = derived.find((other) => other.endsWith(ending)) ?? suggest(name, [...derived, ...aliases]);
    return `${name} is no setting and has no effect${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  });
}
