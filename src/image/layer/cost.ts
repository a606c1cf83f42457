import type { ElfFile } from "../elf/elfFile.ts";
import type { Content, GoContent } from "./layer.ts";

/** Of a text or object beside its characters, about. */
const each = 64;

/** Bytes of memory that a file's content takes once it was looked at, about. */
export function costOf(content: Content): number {
  switch (content.kind) {
    case "kept":
      return content.bytes.length;
    case "elf":
      return elfCost(content.elf) + goCost(content.go);
    case "script":
      return each + content.line.length;
    default:
      return each;
  }
}

function elfCost({ needed, rpath, runpath, versions, versionNeeds }: ElfFile): number {
  const lists = [needed, rpath, runpath, versions, ...versionNeeds.map((need) => need.versions)];
  return lists.reduce((sum, list) => sum + texts(list), each * versionNeeds.length);
}

function goCost(go: GoContent | undefined): number {
  if (go === undefined) return 0;
  const { deps, settings } = go.info;
  const modules = deps.map(({ path, version, sum }) => path + version + sum);
  return texts(modules) + texts(go.cgoPackages) + texts(settings.map(({ key, value }) => key + value));
}

function texts(list: readonly string[]): number {
  return list.reduce((sum, text) => sum + each + text.length, 0);
}
