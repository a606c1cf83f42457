/** Which of a repository's programs go into images. */
import type { GoProject, MainPackage } from "../../repo/goProject.ts";
import { DockerfileError } from "./dockerfileError.ts";

export interface ChosenPrograms {
  /** The one that is built when nobody says which comes last. Never empty. */
  readonly programs: readonly MainPackage[];
  readonly warnings: readonly string[];
}

/** Folders whose programs help to make the service and aren't it. */
const auxiliary =
  /(^|\/)(_?examples?|internal|hack|tools?|scripts?|tests?|testing|testutils?|e2e|docs?|documentation|contrib|misc|ci|dev|build|gen|generator|codegen|bench(marks?)?|fuzz(ing)?|samples?|demo)(\/|$)/;

/** A Dockerfile with more is no use to anybody: name the ones you mean. */
const maxPrograms = 12;

/**
 * @param wanted Packages as the go command takes them (`./cmd/shop`), import paths, or program names, the default one first;
 * empty: those that the layout shows.
 * @param preferred The default one of those, where the settings say it.
 * @param service The service's name, which its program often has.
 * @throws DockerfileError `noProgram`
 */
export function choosePrograms(
  { mains, modules, workspace }: GoProject,
  wanted: readonly string[],
  preferred: string | undefined,
  service: string,
): ChosenPrograms {
  if (mains.length === 0) {
    const path = modules[0]?.path ?? "";
    throw new DockerfileError(
      "noProgram",
      `${path} is a library: no package main with a func main is built for linux, so there is nothing to put into an image`,
    );
  }
  const named = wanted.map((name) => find(mains, name));
  const first = preferred === undefined ? [] : [find(mains, preferred)];
  const shown = byImportance(mains, service).filter((each) => !first.includes(each));
  const candidates = named.length > 0 ? [...new Set(named)].toReversed() : [...shown, ...first];
  const last = candidates.at(-1);
  if (last === undefined) throw new DockerfileError("noProgram", "no program was named");
  const warnings: string[] = [];
  // One `go build` builds programs of one module, or of one workspace.
  const isMember = ({ moduleDir }: MainPackage): boolean => workspace?.use.includes(moduleDir) === true;
  const together = candidates.filter((each) => each.moduleDir === last.moduleDir || (isMember(each) && isMember(last)));
  for (const each of candidates) {
    if (together.includes(each)) continue;
    warnings.push(
      `${each.package} is in another module than ${last.package}, and no go.work joins them: it needs a Dockerfile of its own (fairlead dockerfile --main ${each.package})`,
    );
  }
  if (together.length > maxPrograms) {
    warnings.push(
      `${together.length} programs were found, and the Dockerfile builds only ${last.package}: name those that belong into images with --main`,
    );
    return { programs: [last], warnings };
  }
  const isOther = mains.length > candidates.length;
  if (isOther && named.length === 0) {
    const others = mains.filter((each) => !candidates.includes(each)).map((each) => each.package);
    const some = others.slice(0, 5).join(", ") + (others.length > 5 ? ` and ${others.length - 5} more` : "");
    warnings.push(`left out as helpers, examples or tests: ${some} (--main names the ones you want)`);
  }
  return { programs: together, warnings };
}

function find(mains: readonly MainPackage[], wanted: string): MainPackage {
  const clean = wanted.replace(/\/+$/, "");
  const found =
    mains.find((each) => each.package === clean || each.dir === clean || each.importPath === clean) ??
    mains.find(({ name }) => name === clean);
  if (found !== undefined) return found;
  const list = mains
    .map((each) => each.package)
    .slice(0, 20)
    .join(", ");
  throw new DockerfileError("noProgram", `${wanted} is none of the programs here, which are ${list}`);
}

/** The most likely to be the service comes last. */
function byImportance(mains: readonly MainPackage[], service: string): readonly MainPackage[] {
  const own = mains.filter(({ dir }) => !auxiliary.test(dir));
  const atUsualPlace = own.filter(({ dir, moduleDir }) => {
    return dir === moduleDir || dir.startsWith(moduleDir === "." ? "cmd/" : `${moduleDir}/cmd/`);
  });
  const inCmd = own.filter(({ dir }) => /(^|\/)cmd(\/|$)/.test(dir));
  const kept = [atUsualPlace, inCmd, own].find((each) => each.length > 0) ?? mains;
  const rank = (each: MainPackage): number => {
    const listens = each.listens.some(({ file }) =>
      each.files.some((name) => file === (each.dir === "." ? name : `${each.dir}/${name}`)),
    );
    return (
      Number(each.dir === each.moduleDir) * 8 +
      Number(each.name === service) * 4 +
      Number(listens) * 2 +
      Number(each.isServer)
    );
  };
  return [...kept].sort((a, b) => rank(a) - rank(b) || (a.dir < b.dir ? 1 : -1));
}
