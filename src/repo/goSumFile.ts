import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "../gomod/gosum.ts";
import { GoProjectError } from "./goProjectError.ts";

/** A module version that go.sum knows. */
export interface SummedModule {
  readonly path: string;
  readonly version: string;
  /** Its zip has a line, so a build may need it; else only its go.mod has. */
  readonly hasZip: boolean;
}

/** A go.sum of a hundred thousand modules has 20 MB. */
const maxBytes = 64 << 20;

/**
 * The module versions in go.sum and go.work.sum of a folder; undefined where there is neither.
 *
 * @throws GoProjectError `badModule` for a file that the go command would refuse too
 */
export async function readSummedModules(dir: string): Promise<readonly SummedModule[] | undefined> {
  const texts = await Promise.all(["go.sum", "go.work.sum"].map((name) => readBounded(join(dir, name))));
  if (texts.every((text) => text === undefined)) return undefined;
  const modules = new Map<string, SummedModule>();
  for (const text of texts) {
    for (const { mod } of parseSums(dir, text ?? "").values()) {
      const version = mod.version.replace(/\/go\.mod$/, "");
      const key = `${mod.path}@${version}`;
      const hasZip = version === mod.version || modules.get(key)?.hasZip === true;
      modules.set(key, { path: mod.path, version, hasZip });
    }
  }
  return [...modules.values()];
}

function parseSums(dir: string, text: string): ReturnType<typeof parse> {
  try {
    return parse(join(dir, "go.sum"), text);
  } catch (error) {
    throw new GoProjectError("badModule", error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function readBounded(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile()) return undefined;
  if (found.size > maxBytes)
    throw new GoProjectError("badModule", `${file} has ${found.size} bytes, more than any go.sum`);
  return readFile(file, "utf8");
}
