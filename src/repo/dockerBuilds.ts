// Where `docker build` is started, as far as a repository says so: compose and bake files, and the commands of its CI.

import { posix } from "node:path";
import type { CiPipeline, CiStep } from "./ci/ciFile.ts";
import { entriesOf, itemsOf, nodeAt, readYamlTree, textOf, type YamlNode, type YamlPlace } from "./ci/yamlTree.ts";
import { readBakeTargets } from "./bakeFile.ts";
import { type ShellCommand, wordAfter } from "./dockerfile/shell.ts";

export interface DockerBuild {
  /** From the project's root: `app/Dockerfile`. */
  readonly dockerfile: string;
  /** From the project's root, empty for the root itself. */
  readonly context: string;
  /** The stage that is asked for; undefined: the last. */
  readonly target: string | undefined;
  /** Folders that COPY --from takes by name. */
  readonly contexts: ReadonlyMap<string, string>;
  readonly by: "compose" | "bake" | "ci";
  /** What says so. */
  readonly place: YamlPlace;
}

const composeName = /(^|\/)(docker-)?compose(\.[\w-]+)?\.ya?ml$/;
const bakeName = /(^|\/)docker-bake(\.override)?\.(hcl|json)$/;
/** Files of others. */
const notOwn = /(^|\/)(vendor|testdata|node_modules)\//;
const mostFiles = 50;

/** Whether a file may say where images are built from. */
export function isBuildFile(file: string): boolean {
  return (composeName.test(file) || bakeName.test(file)) && !notOwn.test(file);
}

/** The builds of a repository, those of compose and bake files first. What names its context by a variable or a URL is left out. */
export function dockerBuilds(
  files: readonly string[],
  text: (file: string) => string | undefined,
  ci: readonly CiPipeline[],
): readonly DockerBuild[] {
  return [
    ...files
      .filter(isBuildFile)
      .slice(0, mostFiles)
      .flatMap((file) => (composeName.test(file) ? composeBuilds : bakeBuilds)(file, text(file) ?? "")),
    ...ci.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps.flatMap((step) => ciBuilds(step)))),
  ];
}

/** https://docs.docker.com/reference/compose-file/build/ */
function composeBuilds(file: string, text: string): readonly DockerBuild[] {
  const { root } = readYamlTree(file, text, "1.2");
  return entriesOf(nodeAt(root, "services")).flatMap(([, { value }]) => {
    const build = nodeAt(value, "build");
    if (build === undefined || (build.kind !== "scalar" && build.kind !== "map")) return [];
    const context = build.kind === "scalar" ? build.text : textOf(nodeAt(build, "context")) || ".";
    const { start, end } = build;
    return buildOf("compose", { file, start, end }, posix.dirname(file), {
      context,
      dockerfile: textOf(nodeAt(build, "dockerfile")),
      target: textOf(nodeAt(build, "target")),
      contexts: namedContexts(nodeAt(build, "additional_contexts")),
    });
  });
}

function namedContexts(node: YamlNode | undefined): readonly (readonly [string, string])[] {
  if (node?.kind === "map") return entriesOf(node).map(([name, { value }]) => [name, textOf(value)] as const);
  return itemsOf(node).flatMap((item) => pairOf(textOf(item)));
}

function bakeBuilds(file: string, text: string): readonly DockerBuild[] {
  return readBakeTargets(file, text).flatMap(({ start, end, context, dockerfile, target, contexts }) =>
    buildOf("bake", { file, start, end }, posix.dirname(file), { context, dockerfile, target, contexts }),
  );
}

function ciBuilds(step: CiStep): readonly DockerBuild[] {
  const { uses, script, commands } = step;
  if (uses?.text.startsWith("docker/build-push-action@") === true) {
    const context = textOf(nodeAt(step.with, "context"));
    // Without a context the action fetches the repository itself: its root.
    return buildOf("ci", uses, ".", {
      context: context === "" ? "." : context,
      dockerfile: textOf(nodeAt(step.with, "file")),
      fromRoot: true,
      target: textOf(nodeAt(step.with, "target")),
      contexts: [],
    });
  }
  // Behind a cd nobody knows where it is; a script of another folder neither.
  if (script === undefined || commands.some(({ name }) => name === "cd" || name === "pushd")) return [];
  return commands.flatMap((command) => {
    const words = buildWords(command);
    if (words === undefined) return [];
    const options = [...words.entries()];
    const named = options.flatMap(([index, word]) => {
      const value = word === "--build-context" ? words[index + 1] : /^--build-context=(.*)/.exec(word)?.[1];
      return value === undefined ? [] : pairOf(value);
    });
    const context = words.at(-1) ?? "";
    if (context.startsWith("-")) return [];
    return buildOf("ci", { file: script.file, start: command.start, end: command.end }, ".", {
      context,
      dockerfile: wordAfter(words, "-f", "--file") ?? "",
      fromRoot: true,
      target: wordAfter(words, "--target") ?? "",
      contexts: named,
    });
  });
}

/** The words behind `docker build`, by any of its names. */
function buildWords({ name, args }: ShellCommand): readonly string[] | undefined {
  const words = args.map(({ text }) => text);
  if (!/^(docker|podman|buildah|nerdctl)$/.test(name)) return undefined;
  const at = words[0] === "buildx" || words[0] === "image" ? 1 : 0;
  return /^(build|bud)$/.test(words[at] ?? "") && words.length > at + 1 ? words.slice(at + 1) : undefined;
}

interface Written {
  readonly context: string;
  readonly dockerfile: string;
  /** The Dockerfile's path is from the working folder, and not from the context. */
  readonly fromRoot?: boolean;
  readonly target: string;
  readonly contexts: readonly (readonly [string, string])[];
}

function buildOf(
  by: DockerBuild["by"],
  { file, start, end }: YamlPlace,
  folder: string,
  { context, dockerfile, fromRoot = false, target, contexts }: Written,
): readonly DockerBuild[] {
  const at = posix.join(folder, context);
  const name = dockerfile === "" ? posix.join(at, "Dockerfile") : posix.join(fromRoot ? "." : at, dockerfile);
  // A variable, a URL or `-`; and what lies outside of the repository.
  if (/[$:]|^-$/.test(context + dockerfile) || at.startsWith("..") || at.startsWith("/") || name.startsWith(".."))
    return [];
  return [
    {
      dockerfile: name,
      context: at.replace(/\/$/, "").replace(/^\.$/, ""),
      target: target === "" || target.includes("$") ? undefined : target.toLowerCase(),
      contexts: new Map(contexts),
      by,
      place: { file, start, end },
    },
  ];
}

function pairOf(text: string): readonly (readonly [string, string])[] {
  const equals = text.indexOf("=");
  return equals < 1 ? [] : [[text.slice(0, equals), text.slice(equals + 1)]];
}
