// Which folder of a repository is a module at a revision: `dir`, or `dir/v2` for a path that ends in /v2, never both.
//
// Source: cmd/go/internal/modfetch/coderepo.go, findDir; https://go.dev/ref/mod#vcs-dir

import { pathMajorPrefix, splitPathVersion } from "../../gomod/module.ts";
import { modulePath } from "../../gomod/modfile.ts";
import { major } from "../../gomod/semver.ts";
import { maxGoMod } from "../../gomod/zip.ts";
import { SourceFailure } from "../source.ts";
import type { ModulePlace } from "./codeModule.ts";
import type { Revisions } from "./revision.ts";

export interface ModuleFolder {
  readonly hash: string;
  /** Below the repository's root; empty: the root. */
  readonly folder: string;
  /** undefined: a version from before there were modules. */
  readonly goMod: Buffer | undefined;
}

/** Throws SourceFailure. `rev` is the name in git of `version`. */
export async function findFolder(
  place: ModulePlace,
  revisions: Revisions,
  rev: string,
  version: string,
): Promise<ModuleFolder> {
  const { path, root, folder, pathMajor, pathPrefix } = place;
  const { hash } = await revisions.stat(rev);
  const absent = async (fault: string): Promise<SourceFailure> =>
    new SourceFailure("not-found", `${fault} at revision ${rev}${await whereItIs(place, revisions, rev)}`);
  const file1 = within(folder, "go.mod");
  const goMod1 = await revisions.file(rev, file1, maxGoMod);
  const path1 = goMod1 === undefined ? "" : modulePath(goMod1.toString("utf8"));
  const fits1 =
    goMod1 !== undefined && (isMajor(path1, pathMajor) || (pathMajor === "" && path1.startsWith("gopkg.in/")));
  let file2 = "";
  if (pathMajor !== "" && root !== path && !pathMajor.startsWith(".")) {
    const folder2 = within(folder, pathMajor.slice(1));
    file2 = `${folder2}/go.mod`;
    const goMod2 = await revisions.file(rev, file2, maxGoMod);
    if (goMod2 !== undefined) {
      const path2 = modulePath(goMod2.toString("utf8"));
      const fits2 = isMajor(path2, pathMajor);
      if (fits1 && fits2)
        throw await absent(`${pathPrefix}/${file1} and ...${pathMajor}/go.mod both have ...${pathMajor} module paths`);
      if (fits2) return { hash, folder: folder2, goMod: goMod2 };
      throw await absent(
        path2 === ""
          ? `${root}/${file2} is missing module path`
          : `${root}/${file2} has non-...${pathMajor} module path "${path2}"`,
      );
    }
  }
  if (fits1) return { hash, folder, goMod: goMod1 };
  if (goMod1 !== undefined) {
    const suffix = file2 === "" ? "" : ` (and ...${pathMajor}/go.mod does not exist)`;
    if (path1 === "") throw await absent(`${file1} is missing module path${suffix}`);
    if (pathMajor !== "") throw await absent(`${file1} has non-...${pathMajor} module path "${path1}"${suffix}`);
    if (splitPathVersion(path1) === undefined)
      throw await absent(`${file1} has malformed module path "${path1}"${suffix}`);
    throw await absent(`${file1} has post-${major(version)} module path "${path1}"${suffix}`);
  }
  if (folder === "" && (pathMajor === "" || pathMajor.startsWith("."))) return { hash, folder: "", goMod: undefined };
  throw await absent(
    file2 === "" ? `missing ${pathPrefix}/go.mod` : `missing ${pathPrefix}/go.mod and ...${pathMajor}/go.mod`,
  );
}

/** Where the module around this path is, for somebody who took a package's path for a module's. */
async function whereItIs({ folder, root }: ModulePlace, revisions: Revisions, rev: string): Promise<string> {
  const parts = folder.split("/");
  for (let length = parts.length - 1; length >= 0; length--) {
    const above = parts.slice(0, length).join("/");
    const goMod = await revisions.file(rev, within(above, "go.mod"), maxGoMod);
    const path = goMod === undefined ? "" : modulePath(goMod.toString("utf8"));
    if (path !== "") return `; the module there is ${path} (${within(within(root, above), "go.mod")})`;
  }
  return "";
}

function within(folder: string, name: string): string {
  return folder === "" ? name : name === "" ? folder : `${folder}/${name}`;
}

/** Whether a go.mod's path has the major version that is asked for. */
function isMajor(path: string, pathMajor: string): boolean {
  const split = path === "" ? undefined : splitPathVersion(path);
  if (split === undefined) return false;
  if (pathMajor === "") return ["", "v0", "v1"].includes(pathMajorPrefix(split.pathMajor));
  return split.pathMajor !== "" && pathMajor.slice(1) === split.pathMajor.slice(1);
}
