// Where CI files and Dockerfiles install what a package.json lists.
import type { ShellCommand } from "../repo/dockerfile/shell.ts";
import { ciCommands, folderOf, placeIn } from "./ciSteps.ts";
import type { Facts } from "./facts.ts";
import type { Problem } from "./finding.ts";
import { filesBefore } from "./goInDocker.ts";

export interface NpmInstall {
  readonly tool: "npm" | "yarn" | "pnpm";
  /** `npm ci`: it refuses to work without a lock file. */
  readonly needsLock: boolean;
  /** Of the package.json, from the project's root. */
  readonly folder: string;
  readonly place: Pick<Problem, "file" | "start" | "end">;
}

/** Those of which it is plain where they run. */
export function npmInstalls(facts: Facts): readonly NpmInstall[] {
  return [...inCi(facts), ...inDocker(facts)];
}

function inCi(facts: Facts): readonly NpmInstall[] {
  return ciCommands(facts).flatMap((each) => {
    const install = installOf(each.command);
    const folder = folderOf(each);
    return install === undefined || folder === undefined
      ? []
      : [{ ...install, folder, place: placeIn(each.script, each.command) }];
  });
}

function inDocker({ dockerfiles }: Facts): readonly NpmInstall[] {
  return dockerfiles.flatMap((dockerfile) => {
    const { file, stages, reached, context } = dockerfile;
    return stages.flatMap((stage) =>
      stage.instructions.flatMap((instruction) => {
        const install = instruction.commands.flatMap((command) => installOf(command) ?? [])[0];
        if (install === undefined || !reached.has(stage)) return [];
        // Which folder of the image that is need not be known where there is one package.json.
        const manifests = [...filesBefore(dockerfile, stage, instruction)].filter((name) =>
          /(^|\/)package\.json$/.test(name),
        );
        const [only] = manifests;
        if (only === undefined || manifests.length > 1) return [];
        const path = context.folder === "" ? only : `${context.folder}/${only}`;
        const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
        return [{ ...install, folder, place: { file, start: instruction.start, end: instruction.end } }];
      }),
    );
  });
}

/** All that package.json lists, not a package by its name, and not elsewhere than here. */
function installOf({ name, args }: ShellCommand): Pick<NpmInstall, "tool" | "needsLock"> | undefined {
  const words = args.map(({ text }) => text);
  const [verb = "install", ...rest] = words.filter((word) => !word.startsWith("-"));
  const flags = words.filter((word) => word.startsWith("-"));
  if (rest.length > 0 || flags.some((flag) => /^(-g|--global|--location|--prefix|-C|--dir|--cwd|--filter)/.test(flag)))
    return undefined;
  const isFrozen = flags.some((flag) => /^--(frozen-lockfile|immutable)$/.test(flag));
  if (name === "npm" && /^(ci|clean-install|install|i)$/.test(verb) && words.length > 0)
    return { tool: "npm", needsLock: verb.startsWith("c") };
  if (name === "yarn" && verb === "install") return { tool: "yarn", needsLock: isFrozen };
  if (name === "pnpm" && /^(install|i)$/.test(verb) && words.length > 0) return { tool: "pnpm", needsLock: isFrozen };
  return undefined;
}
