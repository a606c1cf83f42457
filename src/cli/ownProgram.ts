// Jobs call `fairlead`, and mean the one that runs them: in a checkout it is on nobody's PATH, and elsewhere another version
// may be.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { shellWord } from "../delivery/pipeline/shell.ts";

/** The surroundings, with a folder first in PATH where `fairlead` is this very program. */
export async function withOwnProgram(env: NodeJS.ProcessEnv, dataFolder: string): Promise<NodeJS.ProcessEnv> {
  const start = process.argv[1];
  if (start === undefined) return env;
  const folder = join(dataFolder, "pipelines", "bin");
  await mkdir(folder, { recursive: true });
  const beside = join(folder, `fairlead.${process.pid}`);
  const command = [process.execPath, ...process.execArgv, start].map(shellWord).join(" ");
  await writeFile(beside, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  await rename(beside, join(folder, "fairlead"));
  return { ...env, PATH: [folder, env["PATH"] ?? ""].join(delimiter) };
}
