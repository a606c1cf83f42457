// What a job keeps for the next pipeline: GitLab's `cache`, GitHub's actions/cache, as one thing.

import type { CiJob } from "../repo/ci/ciFile.ts";
import { itemsOf, nodeAt, textOf, type YamlNode, type YamlScalar } from "../repo/ci/yamlTree.ts";

export interface CiCache {
  readonly job: CiJob;
  readonly node: YamlNode;
  readonly paths: readonly YamlScalar[];
  /** A key that is written as text; undefined where it is made of files, or not written. */
  readonly key: YamlScalar | undefined;
  /** The files that the key is made of. */
  readonly keyFiles: readonly string[];
}

export function cachesOf(job: CiJob): readonly CiCache[] {
  return job.vendor === "gitlab" ? gitlabCaches(job) : githubCaches(job);
}

function gitlabCaches(job: CiJob): readonly CiCache[] {
  return itemsOf(nodeAt(job.node, "cache")).map((node) => {
    const key = nodeAt(node, "key");
    return {
      job,
      node,
      paths: scalars(nodeAt(node, "paths")),
      key: key?.kind === "scalar" ? key : undefined,
      keyFiles: itemsOf(nodeAt(key, "files")).map(textOf),
    };
  });
}

function githubCaches(job: CiJob): readonly CiCache[] {
  return job.steps.flatMap((step) => {
    const inputs = step.with;
    if (inputs === undefined || !/^actions\/cache(\/\w+)?@/.test(step.uses?.text ?? "")) return [];
    const key = nodeAt(inputs, "key");
    const [paths] = scalars(nodeAt(inputs, "path"));
    const files = /hashFiles\(([^)]*)\)/.exec(textOf(key))?.[1] ?? "";
    return [
      {
        job,
        node: inputs,
        paths: paths === undefined ? [] : linesOf(paths),
        key: key?.kind === "scalar" ? key : undefined,
        keyFiles: [...files.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? ""),
      },
    ];
  });
}

/** A path a line, each with its place. */
function linesOf(block: YamlScalar): readonly YamlScalar[] {
  return [...block.text.matchAll(/[^\n]+/g)].map((line) => ({
    ...block,
    text: line[0].trim(),
    value: line[0].trim(),
    start: block.at(line.index),
    end: block.at(line.index + line[0].length),
  }));
}

function scalars(node: YamlNode | undefined): readonly YamlScalar[] {
  return itemsOf(node).flatMap((item) => (item.kind === "scalar" && item.value !== null ? [item] : []));
}

/** A path of a cache with what the job's own variables put in, from the project's root: `$GOPATH/pkg/mod` → `.go/pkg/mod`. */
export function resolved(path: string, { variables }: CiJob): string {
  let text = path;
  for (let round = 0; round < 5; round++) {
    const next = text.replaceAll(/\$\{?(\w+)\}?/g, (all, name: string) =>
      name === "CI_PROJECT_DIR" ? "." : (variables.get(name)?.text ?? all),
    );
    if (next === text) break;
    text = next;
  }
  return text.replace(/^(\.\/)+/, "").replace(/(\/\*\*?)?\/*$/, "");
}

/** Whether it is where the go command keeps modules that were downloaded. */
export function isModuleCache(path: string): boolean {
  return /(^|\/)pkg\/mod$|(^|[/_.-])(go-?)?mod(ule)?s?-?cache$|^\$\{?GOMODCACHE\}?$/i.test(path);
}
