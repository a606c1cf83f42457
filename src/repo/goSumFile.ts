import { readFile, stat } from "node:fs/promises";
import { join, normalize } from "node:path";
import { parse } from "../gomod/gosum.ts";
import { parseWork } from "../gomod/modfile.ts";
import { GoProjectError } from "./goProjectError.ts";
import { isWithin } from "./pathWithin.ts";

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
 * The module versions in go.sum and go.work.sum of a folder, and in go.sum of the modules of a go.work there; undefined where
 * there is none of these.
 *
 * @throws GoProjectError `badModule` for a file that the go command would refuse too
 */
export async function readSummedModules(dir: string): Promise<readonly SummedModule[] | undefined> {
  const folders = [".", ...(await workspaceFolders(dir))];
  const files = ["go.work.sum", ...folders.map((folder) => join(folder, "go.sum"))];
  const texts = await Promise.all(files.map((file) => readBounded(join(dir, file))));
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

/** The modules of a go.work there, but for those outside of the folder. */
async function workspaceFolders(dir: string): Promise<readonly string[]> {
  const text = await readBounded(join(dir, "go.work"));
  if (text === undefined) return [];
  try {
    return parseWork("go.work", text)
      .use.map(({ path }) => normalize(path))
      .filter((path) => path !== "." && isWithin(dir, join(dir, path)));
  } catch (error) {
    throw new GoProjectError("badModule", error instanceof Error ? error.message : String(error), { cause: error });
  }
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
