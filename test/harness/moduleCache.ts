import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ExampleFiles } from "../../src/doctor/rule.ts";
import { hashModuleZip } from "../../src/storage/moduleZip.ts";
import { zipFile } from "./zipFile.ts";

/** Files of an example that lie in the module cache: as they are, or below `module@version/` as a part of its zip. */
export const inModuleCache = "$GOMODCACHE/";

/** Writes them as the go command would. @returns The sum of the zip, for `$SUM` in a go.sum; empty without one. */
export async function fillModuleCache(folder: string, files: ExampleFiles): Promise<string> {
  const own = Object.entries(files).filter(([path]) => path.startsWith(inModuleCache));
  const zips = new Map<string, { readonly name: string; readonly bytes: Buffer }[]>();
  for (const [path, text] of own) {
    const name = path.slice(inModuleCache.length);
    const module = /^(?!cache\/)(.*@[^/]+)\//.exec(name)?.[1];
    if (module !== undefined) zips.set(module, [...(zips.get(module) ?? []), { name, bytes: Buffer.from(text) }]);
    else {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  }
  let sum = "";
  for (const [name, entries] of zips) {
    const [module = "", version = ""] = name.split("@");
    const at = join(folder, "cache/download", module, "@v");
    await mkdir(at, { recursive: true });
    await writeFile(join(at, `${version}.zip`), zipFile(entries));
    sum = await hashModuleZip(join(at, `${version}.zip`), module, version);
    await writeFile(join(at, `${version}.ziphash`), sum);
  }
  return sum;
}
