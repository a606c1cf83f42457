import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A local git repository that takes the place of one on the network. */
export class GitRepository {
  readonly path: string;

  /** `path` is a folder that does not exist yet. */
  static async create(path: string, modulePath: string): Promise<GitRepository> {
    const repository = new GitRepository(path);
    await mkdir(path, { recursive: true });
    await repository.git("init", "--quiet", "--initial-branch=main");
    await repository.commit({ "go.mod": `module ${modulePath}\n\ngo 1.18\n`, "lib.go": "package lib\n" }, "First");
    return repository;
  }

  private constructor(path: string) {
    this.path = path;
  }

  /** Writes files and commits them; resolves to the commit's hash. */
  async commit(files: Readonly<Record<string, string>>, message: string): Promise<string> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.path, name)), { recursive: true });
      await writeFile(join(this.path, name), text);
    }
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", message);
    return (await this.git("rev-parse", "HEAD")).trim();
  }

  async git(...args: readonly string[]): Promise<string> {
    const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    const { stdout } = await run("git", [...who, ...args], {
      cwd: this.path,
      env: { PATH: process.env["PATH"], GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
    });
    return stdout;
  }
}
