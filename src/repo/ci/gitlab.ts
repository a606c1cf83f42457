// A .gitlab-ci.yml as GitLab reads it: local includes merged, `!reference` followed, `extends` and defaults filled in.
// https://docs.gitlab.com/ci/yaml/

import type { CiFile, CiJob, CiPipeline, CiStep, CiVariables } from "./ciFile.ts";
import { scriptCommands } from "./script.ts";
import {
  entriesOf,
  itemsOf,
  nodeAt,
  readYamlTree,
  textOf,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from "./yamlTree.ts";

const gitlabKeywords: ReadonlySet<string> = new Set(
  "image services stages types before_script after_script variables cache include default workflow spec".split(" "),
);
/** What a job has of `default`, and, as it used to be, of the top level. */
const defaultable =
  "image services before_script after_script cache artifacts tags retry timeout interruptible id_tokens hooks".split(
    " ",
  );
/** https://docs.gitlab.com/ci/yaml/#include */
const includeLimit = 150;
/** https://docs.gitlab.com/ci/yaml/#extends */
const extendsLimit = 11;

type ReadFile = (path: string) => Promise<string | undefined>;

export async function readGitlabPipeline(
  main: string,
  readFile: ReadFile,
  all: readonly string[],
): Promise<CiPipeline | undefined> {
  const text = await readFile(main);
  if (text === undefined) return undefined;
  const files: CiFile[] = [];
  const missing: YamlScalar[] = [];
  let hasForeign = false;
  const seen = new Set<string>();

  const include = async (file: string, source: string): Promise<YamlMap | undefined> => {
    seen.add(file);
    const read: CiFile = { vendor: "gitlab", ...readYamlTree(file, source, "1.1") };
    files.push(read);
    let merged: YamlMap | undefined;
    for (const entry of itemsOf(nodeAt(read.root, "include"))) {
      const local = localPath(entry);
      if (local === undefined) {
        hasForeign = true;
        continue;
      }
      // A path with a variable is only known when the pipeline is made.
      if (local.text.includes("$")) hasForeign = true;
      else {
        const names = matching(local.text.replace(/^\/+/, ""), all);
        // With rules it is included only where they hold.
        const isSure = nodeAt(entry, "rules") === undefined && !/[*?]/.test(local.text);
        if (names.length === 0 && isSure) missing.push(local);
        for (const name of names) {
          const inner = seen.has(name) || seen.size >= includeLimit ? undefined : await readFile(name);
          const part = inner === undefined ? undefined : await include(name, inner);
          if (part !== undefined) merged = merged === undefined ? part : mergeMaps(merged, part);
        }
      }
    }
    const own = read.root?.kind === "map" ? read.root : undefined;
    return own === undefined || merged === undefined ? (own ?? merged) : mergeMaps(merged, own);
  };

  const merged = await include(main, text);
  const root = merged === undefined ? undefined : followedMap(merged, merged);
  const names = root === undefined ? [] : [...root.entries].filter(([name]) => !gitlabKeywords.has(name));
  const isTemplate = ([name, { value }]: readonly [string, YamlEntry]): boolean =>
    name.startsWith(".") || value.kind !== "map" || !isJob(extended(value, root));
  return {
    vendor: "gitlab",
    files,
    root,
    jobs: names.filter((entry) => !isTemplate(entry)).flatMap(([, entry]) => jobOf(entry, root)),
    templates: new Set(names.filter(isTemplate).map(([name]) => name)),
    hasForeign,
    missing,
  };
}

function isJob({ entries }: YamlMap): boolean {
  return entries.has("script") || entries.has("trigger") || entries.has("run");
}

function jobOf({ key, value }: YamlEntry, root: YamlMap | undefined): readonly CiJob[] {
  if (value.kind !== "map") return [];
  const node = withDefaults(extended(value, root), root);
  const variables = variablesOf(node, root);
  const image = nodeAt(node, "image");
  const name = image?.kind === "map" ? nodeAt(image, "name") : image;
  const steps: CiStep[] = [];
  const job: CiJob = {
    vendor: "gitlab",
    name: key.text,
    key,
    node,
    own: value,
    variables,
    image: name?.kind === "scalar" ? name : undefined,
    steps,
  };
  for (const part of ["before_script", "script", "after_script"])
    for (const script of flat(nodeAt(node, part)))
      steps.push({
        job,
        script,
        commands: scriptCommands(script),
        uses: undefined,
        with: undefined,
        shell: undefined,
        folder: "",
        variables,
        part,
      });
  return [job];
}

/** Scripts may hold lists of lists, up to ten deep. */
function flat(node: YamlNode | undefined, depth = 0): readonly YamlScalar[] {
  if (depth > 10) return [];
  return itemsOf(node).flatMap((item) =>
    item.kind === "scalar" ? [item] : item.kind === "list" ? flat(item, depth + 1) : [],
  );
}

function variablesOf(node: YamlMap, root: YamlMap | undefined): CiVariables {
  const inherit = nodeAt(node, "inherit", "variables");
  const passes = (name: string): boolean =>
    inherit === undefined ||
    (inherit.kind === "list" ? itemsOf(inherit).some((each) => textOf(each) === name) : textOf(inherit) !== "false");
  const found = new Map<string, YamlScalar>();
  for (const [name, { value }] of entriesOf(nodeAt(root, "variables"))) {
    const scalar = value.kind === "map" ? nodeAt(value, "value") : value;
    if (scalar?.kind === "scalar" && passes(name)) found.set(name, scalar);
  }
  for (const [name, { value }] of entriesOf(nodeAt(node, "variables"))) {
    const scalar = value.kind === "map" ? nodeAt(value, "value") : value;
    if (scalar?.kind === "scalar") found.set(name, scalar);
  }
  return found;
}

function withDefaults(node: YamlMap, root: YamlMap | undefined): YamlMap {
  const inherit = nodeAt(node, "inherit", "default");
  const entries = new Map(node.entries);
  for (const name of defaultable) {
    if (entries.has(name)) continue;
    if (
      inherit?.kind === "list" ? !itemsOf(inherit).some((each) => textOf(each) === name) : textOf(inherit) === "false"
    )
      continue;
    const defaults = nodeAt(root, "default");
    const entry = (defaults?.kind === "map" ? defaults.entries.get(name) : undefined) ?? root?.entries.get(name);
    if (entry !== undefined) entries.set(name, entry);
  }
  return { ...node, entries };
}

/** A job over the templates that it extends; of several the last wins. */
function extended(node: YamlMap, root: YamlMap | undefined, depth = 0): YamlMap {
  const bases = itemsOf(nodeAt(node, "extends"));
  if (depth > extendsLimit || bases.length === 0) return node;
  let merged: YamlMap | undefined;
  for (const base of bases) {
    const value = nodeAt(root, textOf(base));
    if (value?.kind !== "map") continue;
    const whole = extended(value, root, depth + 1);
    merged = merged === undefined ? whole : mergeMaps(merged, whole);
  }
  return merged === undefined ? node : mergeMaps(merged, node);
}

/** Maps are merged key by key, all else is replaced. The place stays the upper one's. */
function mergeMaps(lower: YamlMap, upper: YamlMap): YamlMap {
  const entries = new Map(lower.entries);
  for (const [name, entry] of upper.entries) {
    const below = entries.get(name)?.value;
    entries.set(
      name,
      below?.kind === "map" && entry.value.kind === "map" ? { ...entry, value: mergeMaps(below, entry.value) } : entry,
    );
  }
  return { ...upper, entries };
}

function followedMap(map: YamlMap, root: YamlMap): YamlMap {
  return {
    ...map,
    entries: new Map(
      [...map.entries].map(([name, entry]) => [name, { ...entry, value: followed(entry.value, root, 0) }]),
    ),
  };
}

function followed(node: YamlNode, root: YamlMap, depth: number): YamlNode {
  // A reference may lead to a reference, up to ten deep.
  if (depth > 10) return node;
  if (node.kind === "reference") {
    const target = nodeAt(root, ...node.path);
    return target === undefined ? node : followed(target, root, depth + 1);
  }
  if (node.kind === "list") return { ...node, items: node.items.map((item) => followed(item, root, depth + 1)) };
  if (node.kind === "map")
    return {
      ...node,
      entries: new Map(
        [...node.entries].map(([name, entry]) => [name, { ...entry, value: followed(entry.value, root, depth + 1) }]),
      ),
    };
  return node;
}

/** The path of an include of this repository; undefined for what is elsewhere. */
function localPath(entry: YamlNode): YamlScalar | undefined {
  const path = entry.kind === "scalar" ? entry : nodeAt(entry, "local");
  return path?.kind === "scalar" && !/^https?:/.test(path.text) ? path : undefined;
}

function matching(path: string, all: readonly string[]): readonly string[] {
  if (!/[*?]/.test(path)) return all.includes(path) ? [path] : [];
  const pattern = new RegExp(
    `^${path
      .replaceAll(/[.+^${}()|\\[\]]/g, String.raw`\$&`)
      .replaceAll("**/", "\0")
      .replaceAll("**", "\u0001")
      .replaceAll("*", "[^/]*")
      .replaceAll("?", "[^/]")
      .replaceAll("\0", "(.*/)?")
      .replaceAll("\u0001", ".*")}$`,
  );
  return all.filter((file) => pattern.test(file));
}
