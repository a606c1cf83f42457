import { access, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { command } from "./command.ts";
import { withFileLock } from "./fileLock.ts";

const cache = join(tmpdir(), "fairlead-go-programs");

/**
 * A program that Debian has not, built from its module by this machine's Go: once a machine, some minutes. Resolves to its
 * path. `path` is its package, `version` one of its module.
 */
export async function goProgram(path: string, version: string): Promise<string> {
  const bin = join(cache, `${basename(path)}@${version}`);
  const file = join(bin, basename(path));
  await mkdir(bin, { recursive: true });
  return withFileLock(`${bin}.lock`, async () => {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    // The go command moves it there when it is whole.
    if (!isThere) {
      await command(["go", "install", "-ldflags=-s -w", `${path}@${version}`], {
        env: { ...process.env, GOBIN: bin, CGO_ENABLED: "0", GOFLAGS: "-modcacherw" },
        timeout: 1_200_000,
      });
    }
    return file;
  });
}
