// What `fairlead build` calls the image that it makes of the work tree.
import { basename } from "node:path";
import { BuildError } from "../build/buildError.ts";
import { ciRef, tagsOf } from "../build/tags.ts";
import { loadSettings } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import { type GitState, readGitState } from "../repo/gitState.ts";
import { CommandError } from "./exitCode.ts";
import { printWarnings } from "./print/format.ts";

/** Without a tag; an image that is not pushed is called after its folder. */
export function repositoryName({ service }: Settings, folder: string): string {
  return service.image ?? service.name ?? localName(folder);
}

/**
 * The first of the tags by rule.
 *
 * @throws CommandError where there is no commit to take it from
 */
export function commitTag({ build }: Settings, git: GitState | undefined): string {
  try {
    const [first] = tagsOf(build.tags, git, ciRef(process.env));
    if (first !== undefined) return first.name;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
  }
  throw new CommandError("which image? There is no commit here to take its tag from: name the image, or its --tag");
}

/** The image that `fairlead build` makes of the work tree in this folder. Throws ConfigError, CommandError. */
export async function builtImage(folder: string, config: string | undefined): Promise<string> {
  const needs = ["service", "build"];
  const { settings, warnings } = loadSettings({ file: config, env: process.env, flags: {}, cwd: folder, needs });
  printWarnings(warnings);
  return `${repositoryName(settings, folder)}:${commitTag(settings, await readGitState(folder))}`;
}

function localName(folder: string): string {
  return (
    basename(folder)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "image"
  );
}
