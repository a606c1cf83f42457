import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./cacheFolder.ts";

const run = promisify(execFile);

/**
 * Builds the command that a peer's go.mod names as its tool, at the versions which its go.mod and go.sum pin, and keeps
 * it for later runs. `folder` holds the two files.
 */
export async function buildGoPeer(folder: string, command: string): Promise<string> {
  const { stdout: version } = await run("go", ["version"]);
  const pins = createHash("sha256").update(version);
  for (const file of ["go.mod", "go.sum"]) pins.update(readFileSync(join(folder, file)));
  const binary = join(cacheFolder(), "bin", `${basename(folder)}-${pins.digest("hex").slice(0, 12)}`);
  if (!existsSync(binary)) {
    process.stderr.write(`building ${command} (once; it is kept in ${cacheFolder()})\n`);
    await run("go", ["build", "-mod=readonly", "-trimpath", "-o", binary, command], {
      cwd: folder,
      env: { ...process.env, GOWORK: "off", GOFLAGS: "" },
    });
  }
  return binary;
}

/** The version of the peer's own module, out of its go.mod. */
export function pinnedVersion(folder: string, module: string): string {
  const line = readFileSync(join(folder, "go.mod"), "utf8")
    .split("\n")
    .find((line) => line.startsWith(`require ${module} `));
  if (line === undefined) throw new Error(`${folder}/go.mod does not require ${module}`);
  return line.slice(`require ${module} `.length).trim();
}
