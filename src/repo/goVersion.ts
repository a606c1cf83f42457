import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as modfile from "../gomod/modfile.ts";

/** Which Go the module in a folder asks for: its toolchain line (`go1.26.8`), else its go line. undefined: it says nothing. */
export async function goVersionOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "go.mod"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { toolchain, go } = modfile.parseLax("go.mod", text);
    return toolchain?.name ?? (go === undefined ? undefined : `go${go.version}`);
  } catch (error) {
    // What is wrong with it is for the go command in the build to say.
    if (error instanceof modfile.ErrorList) return undefined;
    throw error;
  }
}
