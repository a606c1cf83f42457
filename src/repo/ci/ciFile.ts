// CI files of both vendors as one thing: jobs with their variables, images and scripts, everything with its place.

import type { ShellCommand } from "../dockerfile/shell.ts";
import type { YamlFile, YamlMap, YamlNode, YamlScalar } from "./yamlTree.ts";

export type CiVendor = "gitlab" | "github";

/** A file that a pipeline is made of: the one that its vendor reads, or one that it includes. */
export interface CiFile extends YamlFile {
  readonly vendor: CiVendor;
}

/** A pipeline: a .gitlab-ci.yml with what it includes, or one workflow. */
export interface CiPipeline {
  readonly vendor: CiVendor;
  /** Its own file first, then those it includes. */
  readonly files: readonly CiFile[];
  /** GitLab: with the included files merged in, references followed. */
  readonly root: YamlMap | undefined;
  readonly jobs: readonly CiJob[];
  /** GitLab: names that begin with a dot, and others that never run; they can be extended. */
  readonly templates: ReadonlySet<string>;
  /** Something is included that is not in this repository: it may define anything. */
  readonly hasForeign: boolean;
  /** Included files of this repository that are not there. */
  readonly missing: readonly YamlScalar[];
}

export interface CiJob {
  readonly vendor: CiVendor;
  readonly name: string;
  /** Where its name stands. */
  readonly key: YamlScalar;
  /** Its keywords as they hold: with what it extends and with defaults. */
  readonly node: YamlMap;
  /** As it is written, without those. */
  readonly own: YamlMap;
  /** What its scripts see, as far as the files say: the pipeline's, then its own. */
  readonly variables: CiVariables;
  readonly image: YamlScalar | undefined;
  readonly steps: readonly CiStep[];
}

export type CiVariables = ReadonlyMap<string, YamlScalar>;

/** A piece of script, or an action that is used. */
export interface CiStep {
  readonly job: CiJob;
  readonly script: YamlScalar | undefined;
  /** Of the script, with places in the file; none where the script is for another shell. */
  readonly commands: readonly ShellCommand[];
  /** GitHub: `owner/name@ref`. */
  readonly uses: YamlScalar | undefined;
  readonly with: YamlNode | undefined;
  /** GitHub: `bash`, or undefined for what the runner takes by itself. */
  readonly shell: string | undefined;
  /** GitHub: its working-directory as it is written, or that of its job; "" for the repository's root. */
  readonly folder: string;
  readonly variables: CiVariables;
  /** GitLab: before_script, script, after_script; GitHub: run. */
  readonly part: string;
}
