// What the go command's module cache on this machine knows of a module: nothing is fetched.
// https://go.dev/ref/mod#module-cache

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { ModuleError } from "../gomod/error.ts";
import { escapePath, escapeVersion } from "../gomod/module.ts";
import { type OpenedModuleZip, openModuleZip } from "../storage/moduleZip.ts";
import { readBoundedBytes } from "./projectTree.ts";

export interface ModuleCache {
  /** GOMODCACHE. */
  readonly folder: string;
  /** The versions that it has anything of, and those that a list named which it fetched; not sorted. */
  readonly versions: (module: string) => Promise<readonly string[]>;
  readonly goMod: (module: string, version: string) => Promise<string | undefined>;
  /** The commit that a version was made of, where whoever served it said so. */
  readonly commit: (module: string, version: string) => Promise<string | undefined>;
  /** `h1:…` of the zip, as the go command found it when it fetched it. */
  readonly zipSum: (module: string, version: string) => Promise<string | undefined>;
  /** undefined where it is not there, or damaged. */
  readonly openZip: (module: string, version: string) => OpenedModuleZip | undefined;
}

const info = z.object({ Origin: z.object({ Hash: z.string() }).partial().optional() });
const listLimit = 1 << 20;

/** @param folder GOMODCACHE; what is not there is an empty cache. */
export function moduleCacheAt(folder: string): ModuleCache {
  const fileOf = (module: string, version: string, kind: string): string | undefined => {
    const path = inCache(module);
    const name = escaped(() => escapeVersion(version));
    return path === undefined || name === undefined ? undefined : join(path, `${name}.${kind}`);
  };
  const inCache = (module: string): string | undefined => {
    const path = escaped(() => escapePath(module));
    return path === undefined ? undefined : join(folder, "cache/download", path, "@v");
  };
  const textOf = async (file: string | undefined): Promise<string | undefined> =>
    file === undefined ? undefined : (await readBoundedBytes(file, listLimit))?.toString("utf8");
  return {
    folder,
    async versions(module) {
      const path = inCache(module);
      if (path === undefined) return [];
      const [names, list] = await Promise.all([readdir(path).catch(() => []), textOf(join(path, "list"))]);
      const own = names.flatMap(
        (name) => /^(v[^/]*)\.(info|mod|zip)$/.exec(name)?.[1]?.replaceAll(/!([a-z])/g, upper) ?? [],
      );
      const listed = (list ?? "").split("\n").filter((line) => line.startsWith("v"));
      return [...new Set([...own, ...listed])];
    },
    goMod: (module, version) => textOf(fileOf(module, version, "mod")),
    async commit(module, version) {
      const text = await textOf(fileOf(module, version, "info"));
      try {
        return text === undefined ? undefined : info.safeParse(JSON.parse(text)).data?.Origin?.Hash;
      } catch {
        return undefined;
      }
    },
    zipSum: async (module, version) => (await textOf(fileOf(module, version, "ziphash")))?.trim(),
    openZip(module, version) {
      const file = fileOf(module, version, "zip");
      try {
        return file === undefined ? undefined : openModuleZip(file, module, version);
      } catch (error) {
        if (error instanceof ModuleError || (error instanceof Error && "code" in error)) return undefined;
        throw error;
      }
    },
  };
}

function upper(_: string, letter: string): string {
  return letter.toUpperCase();
}

function escaped(make: () => string): string | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof ModuleError) return undefined;
    throw error;
  }
}
