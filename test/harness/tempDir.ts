import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is gone when its scope ends: `await using dir = await TempDir.create("data")`. */
export class TempDir implements AsyncDisposable {
  readonly path: string;

  static async create(name: string): Promise<TempDir> {
    return new TempDir(await mkdtemp(join(tmpdir(), `fairlead-test-${name}-`)));
  }

  private constructor(path: string) {
    this.path = path;
  }

  join(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A process that was just killed may still be writing its last file: rm then finds the folder not empty.
    await rm(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
