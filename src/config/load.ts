// Settings come from four places; the first that says something counts: flags, FAIRLEAD_* variables, fairlead.yaml,
// defaults. Each place is checked by itself, so that a mistake in the file is told even where a flag overrides it.
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Place, type Problem, invalid } from "./configError.ts";
import { type ConfigFile, readConfigFile } from "./configFile.ts";
import { environmentOverrides, flagOverrides, type Override } from "./environment.ts";
import { schemaProblems } from "./fileProblems.ts";
import { isSecretName, mask, redactSecrets, redactUrl } from "./redact.ts";
import {
  collectionOf,
  listCollections,
  listSettings,
  type Scalar,
  schemaAt,
  type Setting,
  settingOf,
} from "./setting.ts";
import { resolveSettings, type Settings, settingsSchema } from "./settings.ts";
import { deleteAt, leavesOf, setAt, valueAt } from "./tree.ts";

export interface LoadOptions {
  /** The file that was asked for (`--config`); it must exist. Else FAIRLEAD_CONFIG, else fairlead.yaml in cwd if there. */
  readonly file?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Commander's options by attribute name (`insecureOpen`); undefined and foreign ones are passed over. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly cwd: string;
  /**
   * The parts of the file whose values are really used: `["registry", "environments.staging"]`. Elsewhere a variable that
   * is not set is no mistake: a build must not ask for production's passwords. Undefined: all of it.
   */
  readonly needs?: readonly string[] | undefined;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /**
   * Every setting by its dotted path (`gateway.timeouts.connect`), in the order of the reference, then what the file says in
   * its maps and lists (`environments.staging.port`).
   */
  readonly sources: ReadonlyMap<string, Source>;
  /** The file that was read, absolute; undefined when there was none. */
  readonly file: string | undefined;
  /** For standard error, one line each, without secrets. */
  readonly warnings: readonly string[];
}

/** Where a setting's value comes from, and how it may be printed. */
export interface Source {
  /** undefined: the default. */
  readonly place: Place | undefined;
  /** As it would be written in the file, secrets masked; undefined where the setting is absent. */
  readonly shown: Scalar | undefined;
}

/**
 * Reads, checks and resolves all settings.
 *
 * @throws ConfigError whose message lists every mistake
 */
export function loadSettings(options: LoadOptions): LoadedSettings {
  const { env, flags, cwd } = options;
  const settings = listSettings(settingsSchema);
  const { file, warnings } = findFile(options);
  const read = file === undefined ? undefined : readFile(file, options);
  const environment = environmentOverrides(settings, env);
  const overrides = [...environment.overrides, ...flagOverrides(settings, flags)];
  const problems = [...(read?.problems ?? []), ...overrides.flatMap(checkOverride)];
  if (problems.length > 0) throw invalid(problems);

  dropUnfilled(read);
  const { tree, places } = merge(settings, read, overrides);
  const resolved = resolveSettings(settingsSchema.parse(tree), {
    env,
    cwd,
    file: places.get("gateway.data")?.kind === "file" ? file : undefined,
  });
  const sources = settings.map((setting): [string, Source] => {
    const path = setting.path.join(".");
    const place = places.get(path);
    const isSecret =
      setting.secret === true ||
      isSecretName(path) ||
      (place?.kind === "file" && read?.isSecret(setting.path) === true);
    return [path, { place, shown: showValue(setting, valueAt(resolved, setting.path), isSecret) }];
  });
  const all = new Map([...sources, ...(read === undefined ? [] : collectedSources(read))]);
  return { settings: resolved, sources: all, file, warnings: [...warnings, ...environment.warnings] };
}

function findFile({ file, env, cwd }: LoadOptions): { file: string | undefined; warnings: string[] } {
  const named = file ?? env["FAIRLEAD_CONFIG"];
  if (named !== undefined && named !== "") return { file: resolve(cwd, named), warnings: [] };
  const usual = join(cwd, "fairlead.yaml");
  if (existsSync(usual)) return { file: usual, warnings: [] };
  const warnings = existsSync(join(cwd, "fairlead.yml")) ? ["fairlead.yml is not read: call it fairlead.yaml"] : [];
  return { file: undefined, warnings };
}

/** The file and, among its problems, what the schema says about it. */
function readFile(path: string, { env, cwd, needs }: LoadOptions): ConfigFile {
  const short = relative(cwd, path);
  const shown = short === "" || short.startsWith("..") ? path : short;
  const read = readConfigFile({ path, shown }, env, (at) => {
    const schema = schemaAt(settingsSchema, at);
    const declared = schema === undefined ? undefined : settingOf(schema);
    return declared && { verbatim: declared.type.verbatim === true, secret: declared.secret === true };
  });
  const unfilled = read.unfilled.filter(({ path }) => isNeeded(path, needs)).map(({ problem }) => problem);
  return { ...read, problems: [...read.problems, ...unfilled, ...schemaProblems(settingsSchema, read)] };
}

function isNeeded(path: readonly PropertyKey[], needs: readonly string[] | undefined): boolean {
  const dotted = `${path.map(String).join(".")}.`;
  return needs === undefined || needs.some((need) => dotted.startsWith(`${need}.`));
}

/** From the last to the first, so that a list's places hold until they are used. */
function dropUnfilled(file: ConfigFile | undefined): void {
  const paths = (file?.unfilled ?? []).map(({ path }) => droppedWith(path));
  const once = new Map(paths.map((path) => [path.join("\0"), path]));
  for (const path of [...once.values()].toReversed()) deleteAt(file?.tree, path);
}

/** What has to go when the value at the path is missing: the entry of a collection that it is in, else itself. */
function droppedWith(path: readonly PropertyKey[]): readonly PropertyKey[] {
  const depth = path.findIndex((_, index) => {
    const schema = schemaAt(settingsSchema, path.slice(0, index));
    return schema !== undefined && collectionOf(schema) !== undefined;
  });
  return depth < 0 ? path : path.slice(0, depth + 1);
}

/** What the file says in its collections: one source for each value. */
function collectedSources(file: ConfigFile): [string, Source][] {
  return listCollections(settingsSchema).flatMap(({ path }) => {
    return leavesOf(valueAt(file.tree, path), path).map(({ path, value }): [string, Source] => {
      const schema = schemaAt(settingsSchema, path);
      const secret = (schema !== undefined && settingOf(schema)?.secret === true) || file.isSecret(path);
      const shown = secret || isSecretName(String(path.at(-1))) ? mask : redactUrl(String(value));
      return [path.join("."), { place: file.placeOf(path), shown }];
    });
  });
}

function checkOverride({ setting, value, place }: Override): Problem[] {
  const tree = {};
  setAt(tree, setting.path, value);
  const issues = settingsSchema.safeParse(tree).error?.issues ?? [];
  const secrets = isSecretName(setting.path.join(".")) ? [String(value)] : [];
  return issues.map((issue) => ({ code: "invalid-value", place, message: redactSecrets(issue.message, secrets) }));
}

/** The values as they came, each from the place that counts. Of several overrides the last counts: flags stand last. */
function merge(
  settings: readonly Setting[],
  file: ConfigFile | undefined,
  overrides: readonly Override[],
): { tree: object; places: Map<string, Place> } {
  const tree = {};
  const places = new Map<string, Place>();
  const set = (setting: Setting, value: unknown, place: Place): void => {
    setAt(tree, setting.path, value);
    places.set(setting.path.join("."), place);
  };
  if (file !== undefined) {
    for (const setting of settings) {
      const value = valueAt(file.tree, setting.path);
      if (value !== undefined) set(setting, value, file.placeOf(setting.path));
    }
    for (const { path } of listCollections(settingsSchema)) setAt(tree, path, valueAt(file.tree, path));
  }
  for (const { setting, value, place } of overrides) set(setting, value, place);
  return { tree, places };
}

/** `value` is the resolved one: a duration is a number in here, and its text again for people. */
function showValue(setting: Setting, value: unknown, isSecret: boolean): Scalar | undefined {
  if (value === undefined) return undefined;
  if (isSecret) return mask;
  const text = redactUrl(setting.type.format(value));
  return (typeof value === "number" || typeof value === "boolean") && text === String(value) ? value : text;
}
