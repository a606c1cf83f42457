import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { TempDir } from "./tempDir.ts";

const run = promisify(execFile);

/** A small file system of its own in memory; gone when its scope ends. */
export class Tmpfs implements AsyncDisposable {
  readonly path: string;
  readonly #folder: TempDir;

  /** Resolves to the reason if this user may not mount. */
  static async mount(size: string): Promise<Tmpfs | string> {
    const folder = await TempDir.create("tmpfs");
    try {
      await run("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder.path]);
      return new Tmpfs(folder);
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      return `a tmpfs can't be mounted here: ${error instanceof Error ? error.message.trim() : String(error)}`;
    }
  }

  private constructor(folder: TempDir) {
    this.#folder = folder;
    this.path = folder.path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Lazily: what still has a file open there must not keep the mount in the tree.
    await run("umount", ["-l", this.path]);
    await this.#folder[Symbol.asyncDispose]();
  }
}
